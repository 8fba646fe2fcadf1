/**
 * Bundles the packages that most tests import. Jest finds, reads and links every file of a package again for each test
 * file: some 2,600 files, a quarter of the time that a test file needs to start.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

const packages = [
  '@aws-sdk/client-cognito-identity-provider',
  '@aws-sdk/client-lambda',
  '@fastify/cookie',
  '@fastify/cors',
  '@nestjs/common',
  '@nestjs/config',
  '@nestjs/core',
  '@nestjs/passport',
  '@nestjs/platform-fastify',
  '@nestjs/swagger',
  '@nestjs/terminus',
  '@nestjs/testing',
  '@nestjs/typeorm',
  '@peculiar/x509',
  'acme-client',
  'class-validator',
  'class-validator-jsonschema',
  'cockatiel',
  'fast-check',
  'fastify',
  'nodemailer',
  'pino',
  'prom-client',
  'rate-limiter-flexible',
  'rxjs',
  'rxjs/operators',
  'typeorm',
  'typeorm/driver/postgres/PostgresDriver.js',
];

/** Used as they are installed: native code, files of their own, and what these packages import only where it is used. */
const external = [
  '@fastify/multipart',
  '@fastify/static',
  '@fastify/view',
  '@grpc/*',
  '@mikro-orm/*',
  '@nestjs/axios',
  '@nestjs/microservices',
  '@nestjs/mongoose',
  '@nestjs/platform-express',
  '@nestjs/sequelize',
  '@nestjs/websockets',
  '@node-rs/*',
  // Also asked for by the path of a file.
  'class-transformer',
  'file-type',
  'mongoose',
  'mysql2',
  // TypeORM loads it by name, and its errors are told by their class.
  'pg',
  'reflect-metadata',
  'sequelize',
  'swagger-ui-dist',
];

/** @returns Jest's `moduleNameMapper` for the bundled packages */
export async function bundledPackages() {
  const lock = await readFile(`${root}/package-lock.json`);
  const own = await readFile(fileURLToPath(import.meta.url));
  const version = createHash('sha256').update(lock).update(own).digest('hex').slice(0, 16);
  const folder = `${root}/node_modules/.cache/usher-tests/${version}`;
  const file = (name) => name.replaceAll('/', '+');
  await readFile(`${folder}/done`).catch(() => bundle(folder, file));
  return Object.fromEntries(packages.map((name) => [`^${name}$`, `${folder}/${file(name)}.mjs`]));
}

async function bundle(folder, file) {
  await mkdir(dirname(folder), { recursive: true });
  const made = await mkdtemp(`${folder}-`);
  const entryPoints = packages.map((name) => `${made}/${file(name)}.js`);
  for (const [index, name] of packages.entries()) {
    const names = Object.keys(await import(name)).filter((each) => each !== 'module.exports');
    await writeFile(entryPoints[index], `export { ${names.join(', ')} } from '${name}';\n`);
  }
  await writeFile(`${made}/package.json`, '{ "type": "module" }');
  await build({
    entryPoints,
    outdir: made,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // Packages in several entries are shared, so a class exists once.
    splitting: true,
    platform: 'node',
    target: 'node20',
    // Without `module`: the files that Node would choose.
    conditions: [],
    format: 'esm',
    // Decorators need the first in any order of files; CommonJS packages ask for Node's own modules.
    banner: {
      js: `import 'reflect-metadata';
import { createRequire as createRequireOfBundle } from 'node:module';
const require = createRequireOfBundle(import.meta.url);
const { dirname: __dirname, filename: __filename } = import.meta;`,
    },
    external,
    // Each test file parses it again.
    minifyWhitespace: true,
    minifySyntax: true,
    keepNames: true,
    logLevel: 'error',
  });
  await writeFile(`${made}/done`, '');
  // Another run may have been faster.
  await rename(made, folder).catch(() => rm(made, { recursive: true }));
}
