/**
 * Makes `dist/migration-lambda/index.mjs` from what tsc has built: esbuild on TypeScript would drop the decorator
 * metadata that Nest injects by.
 *
 * One file, and no V8 code cache beside it: that would save a tenth of the time to the first answer, but is twice as large
 * as the code, which would take both beyond 350 KiB, and is good for one release of Node only.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { leanNest } from './lean-nest.js';

const root = new URL('../../', import.meta.url);
const path = (relative) => fileURLToPath(new URL(relative, root));

/** Nest imports these only when they are used, and nothing here uses them. */
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
  // rxjs offers node its CommonJS build, of which nothing can be shaken off.
  alias: {
    rxjs: path('node_modules/rxjs/dist/esm/index.js'),
    'rxjs/operators': path('node_modules/rxjs/dist/esm/operators/index.js'),
  },
  plugins: [leanNest],
  external: unused.flatMap((name) => [name, `${name}/*`]),
  logLevel: 'warning',
});

await writeFile(path('dist/migration-lambda/meta.json'), JSON.stringify(metafile));
