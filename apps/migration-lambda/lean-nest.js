/**
 * An esbuild plugin that removes the parts of Nest that an application context without HTTP server never runs. Reading
 * and compiling code takes most of the time to the first response of a new process (`npm run bench:lambda`).
 */

/** Replacements of Nest files; they contain only what Nest uses at start. */
const replacements = {
  // The HTTP application: routers, middleware, cookies and most of rxjs. createApplicationContext does not create one.
  '@nestjs/core/nest-application.js': 'export class NestApplication {}',
  // For handlers that are called from outside with guards and pipes. Nest always creates one; nothing here uses it.
  '@nestjs/core/helpers/external-context-creator.js':
    'export class ExternalContextCreator { static fromContainer() {} }',
  // `logger: false` disables Nest's loggers. Loading their files creates date formats, which takes as long as the
  // rest of Nest, because Node then loads its ICU data.
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

/** Packages without side effects that do not declare this in their package.json. */
const withoutSideEffects = /\/node_modules\/(@nestjs\/(core|common)|iterare)\//;

/** Marks resolve calls of this plugin, which esbuild passes to the plugin again. */
const resolving = Symbol('resolving');

export const leanNest = {
  name: 'lean-nest',
  setup(build) {
    const unused = new Set(Object.keys(replacements));
    build.onResolve({ filter: /./ }, async ({ path, kind, resolveDir, importer, pluginData }) => {
      if (pluginData === resolving || kind === 'entry-point') return undefined;
      const found = await build.resolve(path, { kind, resolveDir, importer, pluginData: resolving });
      return withoutSideEffects.test(found.path) ? { ...found, sideEffects: false } : found;
    });
    build.onLoad({ filter: /\/node_modules\/@nestjs\// }, ({ path }) => {
      const file = path.split('/node_modules/').at(-1);
      if (!(file in replacements)) return undefined;
      unused.delete(file);
      return { contents: replacements[file] };
    });
    // Another release of Nest may move a file; without this check the bundle would grow and slow down unnoticed.
    build.onEnd(() => ({
      errors: [...unused].map((file) => ({ text: `${file} is not part of Nest any more` })),
    }));
  },
};
