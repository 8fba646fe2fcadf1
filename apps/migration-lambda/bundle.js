/**
 * Bundles the output of tsc into `dist/migration-lambda/index.mjs`. esbuild on TypeScript would drop the decorator
 * metadata that Nest needs for dependency injection.
 *
 * There is no V8 code cache: it would make the first response a tenth faster, but it is twice as large
 * as the code, which exceeds the limit of 350 KiB, and works with one release of Node only.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { leanNest } from './lean-nest.js';

const root = new URL('../../', import.meta.url);
const path = (relative) => fileURLToPath(new URL(relative, root));

/** Optional dependencies of Nest that the Lambda does not use. */
const unused = [
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  'class-transformer',
  'class-validator',
  'file-type',
];

const { metafile } = await build({
  entryPoints: [path('dist/apps/migration-lambda/src/main.js')],
  outfile: path('dist/migration-lambda/index.mjs'),
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  minify: true,
  keepNames: true,
  metafile: true,
  // The CommonJS build, which rxjs exports for Node, does not support tree shaking.
  alias: {
    rxjs: path('node_modules/rxjs/dist/esm/index.js'),
    'rxjs/operators': path('node_modules/rxjs/dist/esm/operators/index.js'),
  },
  plugins: [leanNest],
  external: unused.flatMap((name) => [name, `${name}/*`]),
  logLevel: 'warning',
});

await writeFile(path('dist/migration-lambda/meta.json'), JSON.stringify(metafile));
