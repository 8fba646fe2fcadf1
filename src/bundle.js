/**
 * Makes `dist/api/main.js`, the API in one file: to find, read and link some two thousand files is half of the time that it
 * takes to start (docs/benchmarks.md). From what tsc has built: esbuild on TypeScript would drop the decorator metadata
 * that Nest injects by. Beside it, in `dist/pages`, the files that the hosted pages load.
 */
import { cp } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (relative) => fileURLToPath(new URL(`../${relative}`, import.meta.url));

/** These are used as they are installed. */
const asInstalled = [
  // Keep what decorators register, and are also asked for by the path of a file.
  'class-transformer',
  'class-validator',
  'class-validator-jsonschema',
  // Starts a file of its own on worker threads.
  'piscina',
  // Loads drivers by name, and their errors are told by their class.
  'typeorm',
  'pg',
  // For some legacy sources only.
  'ajv',
  'csv-parse',
  'mysql2',
  'yaml',
  // Native code.
  '@node-rs/argon2',
  // Files to be served.
  'swagger-ui-dist',
];

/** Nest and pg import these only when they are used, and nothing here uses them. */
const unused = [
  '@fastify/multipart',
  '@fastify/static',
  '@fastify/view',
  '@grpc/grpc-js',
  '@grpc/proto-loader',
  '@mikro-orm/core',
  '@nestjs/axios',
  '@nestjs/microservices',
  '@nestjs/mongoose',
  '@nestjs/platform-express',
  '@nestjs/sequelize',
  '@nestjs/websockets',
  'file-type',
  'mongoose',
  'pg-native',
  'sequelize',
];

await build({
  entryPoints: [path('dist/src/main.js')],
  outfile: path('dist/api/main.js'),
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  // CommonJS packages in it ask for Node's own modules.
  banner: {
    js: `import { createRequire as createRequireOfBundle } from 'node:module';
const require = createRequireOfBundle(import.meta.url);
const { dirname: __dirname, filename: __filename } = import.meta;`,
  },
  external: [...asInstalled, ...unused].flatMap((name) => [name, `${name}/*`]),
  logLevel: 'warning',
});

await cp(path('src/pages/assets'), path('dist/pages'), { recursive: true });
