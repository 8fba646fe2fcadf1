import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

// Parameters are counted, lines are not: a limit in lines makes people cut a use case into pieces.
const parameters = [
  {
    selector:
      ':matches(FunctionDeclaration, ArrowFunctionExpression, TSDeclareFunction, MethodDefinition[kind!="constructor"] > FunctionExpression, TSAbstractMethodDefinition > TSEmptyBodyFunctionExpression)[params.length>4]',
    message: 'A function has at most four parameters.',
  },
  {
    selector: 'MethodDefinition[kind="constructor"] > FunctionExpression[params.length>7]',
    message: 'A constructor has at most seven parameters.',
  },
];

const noEnvironment = {
  selector: 'MemberExpression[object.name="process"][property.name="env"]',
  message: 'Only configuration files read the environment.',
};

/** Built, generated from openapi.json, or wrong on purpose. */
const filesOfClient = ['dist', 'src/schema.ts', 'src/operations.ts', 'test/should-not-compile.ts'];

export default tseslint.config(
  {
    ignores: [
      ...['dist', '.local', 'node_modules', 'coverage'],
      ...filesOfClient.map((file) => `clients/typescript/${file}`),
    ],
  },
  eslint.configs.recommended,
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        globalThis: 'readonly',
        setTimeout: 'readonly',
        fetch: 'readonly',
      },
    },
  },
  {
    files: ['examples/**/*.js', 'src/pages/assets/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'addEventListener',
          'clearInterval',
          'document',
          'FormData',
          'localStorage',
          'location',
          'Option',
          'setInterval',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/require-await': 'off',
      'no-control-regex': 'off',
      'no-restricted-syntax': ['error', noEnvironment, ...parameters],
    },
  },
  {
    files: [
      'src/common/config/**',
      'apps/*/src/config/**',
      'apps/*/src/main.ts',
      'test/**',
      'apps/*/test/**',
      '**/*.spec.ts',
    ],
    rules: { 'no-restricted-syntax': ['error', ...parameters] },
  },
  prettier,
);
