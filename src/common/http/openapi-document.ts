import { STATUS_CODES } from 'node:http';
import { createRequire } from 'node:module';
import type { INestApplicationContext } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { IS_OPTIONAL, ValidationTypes } from 'class-validator';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';
import * as contracts from '#contracts';
import { version } from '../config/version.js';
import { examples, problemExample } from './openapi-examples.js';

/** In reading order. */
const tags: [name: string, description: string][] = [
  ['auth', 'Sign-in and its further steps.'],
  ['sessions', 'Refresh, sign-out, and the signed-in devices of the caller.'],
  ['mfa', 'The second factors of the caller.'],
  ['users', 'Sign-up, confirmation of addresses, and the record of the caller.'],
  ['passwords', 'Reset, change, and the rules of the user pool.'],
  ['admin', 'Users and the audit log, for roles with the permission that each operation names.'],
  ['migration', 'The endpoint of the migration Lambda, and the progress of the migration.'],
  ['operations', 'Health and metrics.'],
  ['acme', 'ACME challenges of the certificate authority.'],
];

/** The OpenAPI 3.1 document: 3.0 cannot say that a reference may be `null`. */
export function describeApi(app: INestApplicationContext): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Usher')
    .setDescription('Brings an application’s existing users into Amazon Cognito, one sign-in at a time.')
    .setVersion(version)
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'A Cognito access token',
    })
    .addCookieAuth('__Host-usher_session', {
      type: 'apiKey',
      in: 'cookie',
      description:
        'The session of a sign-in with `"session": "cookie"`. The name has no prefix `__Host-` if `PUBLIC_URL` is http. ' +
        'A request that changes something must come from `PUBLIC_URL` or one of `CORS_ORIGINS`.',
    })
    .addSecurity('migrationToken', {
      type: 'http',
      scheme: 'bearer',
      description: 'One of `MIGRATION_ACCESS_TOKENS`, unless `access_token` in the body has it',
    })
    .addSecurity('metricsToken', {
      type: 'http',
      scheme: 'bearer',
      description:
        'One of `METRICS_ACCESS_TOKENS`. Without the variable, clients on the same machine need none.',
    });
  for (const [name, description] of tags) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app as NestFastifyApplication, builder.build());
  const components = { ...document.components, schemas: contractSchemas() };
  for (const operation of Object.values(document.paths).flatMap((item) => Object.values(item) as Operation[]))
    completeOperation(operation);
  return { ...document, paths: inReadingOrder(document.paths), components };
}

interface Content {
  content?: Record<string, { examples?: Record<string, { value: unknown }> }>;
}

interface Operation {
  operationId: string;
  tags?: string[];
  requestBody?: Content;
  responses: Record<string, Content & { description: string }>;
}

function completeOperation({ operationId, requestBody, responses }: Operation): void {
  const { requests, responses: answers } = examples[operationId] ?? {};
  const add = (part: Content | undefined, values: Record<string, unknown> = {}) => {
    const named = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
    for (const media of Object.values(part?.content ?? {})) media.examples = named;
  };
  add(requestBody, requests);
  add(responses['200'], answers);
  // OpenAPI requires a description.
  for (const [status, response] of Object.entries(responses))
    response.description ||= STATUS_CODES[status] ?? '';
}

function inReadingOrder(paths: OpenAPIObject['paths']): OpenAPIObject['paths'] {
  const names = tags.map(([name]) => name);
  const positionOf = (item: object): number => {
    const [operation] = Object.values(item) as Operation[];
    return names.indexOf(operation?.tags?.[0] ?? '');
  };
  return Object.fromEntries(Object.entries(paths).sort(([, a], [, b]) => positionOf(a) - positionOf(b)));
}

type Options = NonNullable<Parameters<typeof validationMetadatasToSchemas>[0]>;
type Schema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];
type ReferenceObject = Extract<Schema, { $ref: string }>;
type SchemaObject = Exclude<Schema, ReferenceObject>;

// Holds the element types of lists (`@Type`). Exported only by this path, which has no types.
const { defaultMetadataStorage } = createRequire(import.meta.url)('class-transformer/cjs/storage') as {
  defaultMetadataStorage: Options['classTransformerMetadataStorage'];
};

const text = { type: 'string' } as const;

/** Marks, removed again: the member accepts `null`; it is also always present. */
const acceptsNull = 'x-accepts-null';
const isPresent = 'x-is-present';

/** Schemas of our own rules and of free-form objects. */
const additionalConverters: Options['additionalConverters'] = {
  isEmailAddress: { type: 'string', format: 'email' },
  isTimestamp: { type: 'string', format: 'date-time' },
  isDay: { type: 'string', format: 'date' },
  isStorable: text,
  isProfile: { type: 'object', additionalProperties: true },
  isObject: { type: 'object', additionalProperties: true },
  isRoleList: ({ constraints }) => ({
    type: 'array',
    items: { type: 'string', pattern: '^[a-z][a-z0-9_.:-]{0,63}$' },
    uniqueItems: true,
    maxItems: (constraints as number[])[0] ?? 0,
  }),
  isNumberFrom: text,
  isUserId: {
    oneOf: [
      { type: 'integer', minimum: 1 },
      { type: 'string', maxLength: 255 },
    ],
  },
  isTextMap: { type: 'object', additionalProperties: text },
  // `@IsNullable` of responses. `@IsOptional` accepts `null` in requests; in responses the member is absent.
  [ValidationTypes.CONDITIONAL_VALIDATION]: ({ name, target }) => {
    if (name !== IS_OPTIONAL) return { [acceptsNull]: true, [isPresent]: true };
    return (target as { name: string }).name.endsWith('Request') ? { [acceptsNull]: true } : {};
  },
};

/** Members whose rules accept more than clients should send. */
const narrowed: Record<string, Record<string, SchemaObject>> = {
  AwsAuthRequest: { password: text, access_token: text },
  ConfirmRequest: { password: text },
};

const ref = (name: string): ReferenceObject => ({ $ref: `#/components/schemas/${name}` });

/** The three answers of a sign-in. `SignInResponse` has the members of all. */
const signInAnswers: Record<string, SchemaObject> = {
  TokenSignIn: {
    description: 'Signed in, with the tokens.',
    type: 'object',
    required: ['user', 'tokens'],
    properties: { user: ref('UserResponse'), tokens: ref('TokensResponse') },
  },
  CookieSignIn: {
    description: 'Signed in, with the session in a cookie.',
    type: 'object',
    required: ['user'],
    properties: { user: ref('UserResponse') },
    not: { anyOf: [{ required: ['tokens'] }, { required: ['challenge'] }] },
  },
  ChallengedSignIn: {
    description: 'Not signed in yet: a further step.',
    type: 'object',
    required: ['challenge'],
    properties: { challenge: ref('ChallengeResponse') },
  },
};

/** OpenAPI schemas of the contract classes, generated from their validation rules. */
function contractSchemas(): Record<string, Schema> {
  const all = validationMetadatasToSchemas({
    refPointerPrefix: '#/components/schemas/',
    classTransformerMetadataStorage: defaultMetadataStorage,
    additionalConverters,
  }) as Record<string, SchemaObject>;
  // Without other classes that have rules, such as the configuration, and without those of query strings.
  const ours = Object.entries(all).filter(([name]) => name in contracts && !name.endsWith('Query'));
  const schemas = Object.fromEntries(
    ours.map(([name, schema]) => [name, toContract(schema, narrowed[name])]),
  );
  const Problem = { ...schemas.Problem, examples: [problemExample] } as Schema;
  return {
    ...schemas,
    Problem,
    ...signInAnswers,
    SignInResponse: { oneOf: Object.keys(signInAnswers).map(ref) },
  };
}

function toContract(schema: SchemaObject, narrow: Record<string, SchemaObject> = {}): SchemaObject {
  const properties: Record<string, Schema> = {};
  const required = new Set(schema.required);
  for (const [name, marked] of Object.entries(schema.properties ?? {})) {
    const {
      [acceptsNull]: orNull,
      [isPresent]: present,
      ...own
    } = marked as Schema & Record<string, unknown>;
    const property = { ...own, ...narrow[name] } as Schema;
    properties[name] = orNull === undefined ? property : withNull(property);
    if (present !== undefined) required.add(name);
  }
  const names = Object.keys(properties).filter((name) => required.has(name));
  return { type: 'object', ...(names.length > 0 && { required: names }), properties };
}

function withNull(schema: Schema): Schema {
  if ('$ref' in schema) return { anyOf: [schema, { type: 'null' }] };
  if (schema.oneOf) return { oneOf: [...schema.oneOf, { type: 'null' }] };
  if (schema.type === undefined && schema.enum === undefined) return schema;
  const type = [schema.type ?? 'string', 'null'] as unknown as string;
  return { ...schema, type, ...(schema.enum && { enum: [...(schema.enum as unknown[]), null] }) };
}
