/**
 * The import arrows, executable:
 * apps -> libs; in src, {app.module, pages, cli} -> {auth, passwords, migration, admin, acme, doctor} -> {registration, sessions} -> {credentials, legacy}
 * -> users -> {cognito, mail, rate-limit} -> jobs -> common -> i18n -> libs.
 */
const layers = [
  ['i18n'],
  ['common'],
  ['jobs'],
  ['mail', 'rate-limit', 'cognito'],
  ['users'],
  ['credentials', 'legacy'],
  ['registration', 'sessions'],
  ['auth', 'passwords', 'migration', 'admin', 'acme', 'doctor'],
];

const upward = layers.flatMap((folders, level) => {
  const above = layers.slice(level + 1).flat();
  const siblings = (folder) => folders.filter((other) => other !== folder);
  return folders.map((folder) => ({
    name: `${folder}-looks-down-only`,
    severity: 'error',
    comment: 'Siblings do not import each other and nothing imports upward: move the shared piece down.',
    from: { path: `^src/${folder}/`, pathNot: '\\.spec\\.ts$' },
    to: {
      path: `^src/(${[...above, ...siblings(folder), 'pages', 'cli'].join('|')})/|^src/(app\\.module|core\\.module|create-app|main)\\.ts$`,
    },
  }));
});

export default {
  forbidden: [
    ...upward,
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'No cycles and no forwardRef.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'private-subfolders',
      severity: 'error',
      comment: "A module's subfolders are private; its root files are its public face.",
      from: { path: '^src/([^/]+)/', pathNot: '\\.spec\\.ts$' },
      to: {
        path: '^src/[^/]+/[^/]+/',
        pathNot: ['^src/$1/', '^src/common/[^/]+/[^/]+$'],
      },
    },
    {
      name: 'libs-stand-alone',
      severity: 'error',
      from: { path: '^libs/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(src|apps|test)/' },
    },
    {
      name: 'src-knows-no-apps',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(apps|test)/' },
    },
    {
      name: 'apps-know-libs-only',
      severity: 'error',
      comment: 'An app talks to the API over HTTP; only the local stack may start the other apps.',
      from: { path: '^apps/([^/]+)/', pathNot: ['^apps/local-stack/', '\\.spec\\.ts$', '/test/'] },
      to: { path: '^(src|test|apps/(?!$1/))' },
    },
    {
      name: 'stack-runs-the-built-api',
      severity: 'error',
      from: { path: '^apps/local-stack/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(src|test)/' },
    },
    {
      name: 'aws-sdk-in-one-place',
      severity: 'error',
      from: { path: '^(src|libs)/', pathNot: ['^src/cognito/', '\\.spec\\.ts$'] },
      to: { path: '@aws-sdk/' },
    },
    {
      name: 'production-code-without-dev-dependencies',
      severity: 'error',
      from: {
        path: '^(src|libs|apps/migration-lambda)/',
        pathNot: ['\\.spec\\.ts$', '^(src|apps/migration-lambda)/bundle'],
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'commands-load-services-lazily',
      severity: 'error',
      comment:
        '`usher --help` and wrong usage start no Nest: `contexts` is imported by the actions of commands.',
      from: {
        path: '^src/cli/',
        pathNot: ['^src/cli/contexts/', '\\.spec\\.ts$'],
      },
      to: {
        path: 'node_modules/(@nestjs|class-|pg|typeorm)|^libs/contracts/src/index\\.ts$|^src/cli/contexts/|\\.(service|module|config)\\.ts$',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'unit-tests-without-database',
      severity: 'error',
      comment: 'Rename the spec to .integration.spec.ts.',
      from: { path: '\\.spec\\.ts$', pathNot: ['\\.integration\\.spec\\.ts$', '^test/e2e/'] },
      to: { path: '^test/support/drivers/database\\.ts$', reachable: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^(src|libs|apps)/', pathNot: ['\\.spec\\.ts$', '\\.d\\.ts$', '\\.js$'] },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
