import { bundledPackages } from './test/support/packages.js';

const packages = await bundledPackages();

const swc = ({ tsx }) => ({
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true, tsx },
    transform: {
      legacyDecorator: true,
      decoratorMetadata: true,
      react: { runtime: 'automatic', importSource: 'preact' },
    },
    keepClassNames: true,
  },
  module: { type: 'es6' },
  sourceMaps: 'inline',
});

const code = ['src', 'libs', 'apps/local-stack', 'apps/migration-lambda'];

/** @param folders that are searched for files whose path matches `testRegex` */
const project = (displayName, folders, testRegex) => ({
  displayName,
  roots: folders.map((folder) => `<rootDir>/${folder}`),
  testRegex,
  testEnvironment: 'node',
  // "source" makes `#contracts` and `#password-hashes` resolve to the TypeScript files.
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', swc({ tsx: false })],
    '^.+\\.tsx$': ['@swc/jest', swc({ tsx: true })],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1', ...packages },
});

/** Needs the built files and starts a PostgreSQL. */
const projectWithDatabase = (...options) => ({
  ...project(...options),
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
});

const longSuites = [
  'acme',
  'doctor',
  'faults',
  'image',
  'leak',
  'pages',
  'processes',
  'recovery',
  'scale',
  'sources',
  'vectors',
];

/** `node test/run.js NAME` runs one of these projects. */
export default {
  projects: [
    // A spec that needs the built files or PostgreSQL has the ending `.integration.spec.ts` or is in test/e2e.
    project('unit', [...code, 'test/image', 'test/supply-chain'], '(?<!\\.integration)\\.spec\\.ts$'),
    projectWithDatabase(
      'integration',
      [...code, 'test/bench', 'test/e2e'],
      '(\\.integration|/test/e2e/.*)\\.spec\\.ts$',
    ),
    {
      ...project('user-pool', ['apps/user-pool'], '\\.spec\\.ts$'),
      globalSetup: '<rootDir>/apps/user-pool/test/global-setup.js',
    },
    ...longSuites.map((name) => projectWithDatabase(name, [`test/${name}`], `\\.${name}\\.ts$`)),
  ],
  // One more than the cores of the smallest machine: a good part of the tests wait for time-outs.
  maxWorkers: 3,
  testSequencer: '<rootDir>/test/support/longest-first.js',
  // Jest reads it from here only, not from the projects.
  testTimeout: 30_000,
};
