/**
 * An esbuild plugin that leaves out of the bundle what a Nest application context without HTTP server never runs. Less
 * code to read and compile is most of what makes the first answer of a new process quick (`npm run bench:lambda`).
 */

/** What stands in the place of a file of Nest: as much of it as is touched at start. */
const replacements = {
  // The HTTP application: routers, middleware, cookies, and the greater part of rxjs. createApplicationContext makes none.
  '@nestjs/core/nest-application.js': 'export class NestApplication {}',
  // For handlers that are called from outside with guards and pipes. Nest makes one for everybody; nobody asks for it.
  '@nestjs/core/helpers/external-context-creator.js':
    'export class ExternalContextCreator { static fromContainer() {} }',
  // `logger: false` silences Nest's loggers; their date formats, made when the files are loaded, cost as much as the
  // whole rest of Nest, because node reads its tables of languages for them.
  '@nestjs/common/services/console-logger.service.js': 'export class ConsoleLogger {}',
  '@nestjs/common/services/logger.service.js': `export class Logger {
    static overrideLogger() {}
    static flush() {}
    static error() {}
    log() {}
    warn() {}
    error() {}
  }`,
};

/** Packages that do not say so in their package.json: loading their files does nothing but define what they export. */
const withoutSideEffects = /\/node_modules\/(@nestjs\/(core|common)|iterare)\//;

/** Set on our own question to esbuild, which comes by here again. */
const asked = Symbol('asked');

export const leanNest = {
  name: 'lean-nest',
  setup(build) {
    const unused = new Set(Object.keys(replacements));
    build.onResolve({ filter: /./ }, async ({ path, kind, resolveDir, importer, pluginData }) => {
      if (pluginData === asked || kind === 'entry-point') return undefined;
      const found = await build.resolve(path, { kind, resolveDir, importer, pluginData: asked });
      return withoutSideEffects.test(found.path) ? { ...found, sideEffects: false } : found;
    });
    build.onLoad({ filter: /\/node_modules\/@nestjs\// }, ({ path }) => {
      const file = path.split('/node_modules/').at(-1);
      if (!(file in replacements)) return undefined;
      unused.delete(file);
      return { contents: replacements[file] };
    });
    // Another release of Nest may have moved a file; the bundle would then grow and slow down without a word.
    build.onEnd(() => ({
      errors: [...unused].map((file) => ({ text: `${file} is not part of Nest any more` })),
    }));
  },
};
