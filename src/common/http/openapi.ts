import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ValidationTypes } from 'class-validator';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';
import * as contracts from '#contracts';
import { version } from '../config/version.js';
import { docsPolicy } from './secure-headers.js';

/** Serves `/openapi.json` and Swagger UI at `/docs`. */
export function serveOpenApi(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  // At the first request: it takes as long as the rest of the start.
  let document: OpenAPIObject | undefined;
  fastify.get('/openapi.json', async () => (document ??= describe(app)));
  fastify.get('/docs', async (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', docsPolicy).send(page),
  );
  for (const [file, { type, content }] of Object.entries(assets())) {
    fastify.get(`/docs/${file}`, async (_request, reply) =>
      reply.type(type).header('cache-control', `public, max-age=${assetSeconds}`).send(content),
    );
  }
}

/** The files of /docs change only with a release. */
const assetSeconds = 3600;

function describe(app: NestFastifyApplication): OpenAPIObject {
  const info = new DocumentBuilder()
    .setTitle('Usher')
    .setDescription('Brings an application’s existing users into Amazon Cognito, one sign-in at a time.')
    .setVersion(version)
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'Cognito access token',
    })
    .build();
  const document = SwaggerModule.createDocument(app, info);
  return { ...document, components: { ...document.components, schemas: contractSchemas() } };
}

type Options = NonNullable<Parameters<typeof validationMetadatasToSchemas>[0]>;
type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

// Holds the element types of lists (`@Type`). Exported only by this path, which has no types.
const { defaultMetadataStorage } = createRequire(import.meta.url)('class-transformer/cjs/storage') as {
  defaultMetadataStorage: Options['classTransformerMetadataStorage'];
};

const text = { type: 'string' } as const;

/** Schemas of our own rules, and of `@IsOptional`, which also accepts `null`. */
const additionalConverters: Options['additionalConverters'] = {
  isEmailAddress: text,
  isStorable: text,
  isProfile: { type: 'object' },
  isRoleList: { type: 'array', items: text, uniqueItems: true },
  isNumberFrom: text,
  isUserId: {
    oneOf: [
      { type: 'integer', minimum: 1 },
      { type: 'string', maxLength: 255 },
    ],
  },
  isTextMap: { type: 'object', additionalProperties: text },
  [ValidationTypes.CONDITIONAL_VALIDATION]: { nullable: true },
};

/** OpenAPI schemas of the contract classes, generated from their validation rules. */
function contractSchemas(): Schemas {
  const all = validationMetadatasToSchemas({
    refPointerPrefix: '#/components/schemas/',
    classTransformerMetadataStorage: defaultMetadataStorage,
    additionalConverters,
  });
  // Without other classes that have rules, such as the configuration.
  const ours = Object.entries(all).filter(([name]) => name in contracts);
  for (const { properties } of ours.map(([, schema]) => schema)) {
    for (const property of Object.values(properties ?? {})) {
      // OpenAPI 3.0 allows `nullable` only beside `type`.
      const schema = property as { type?: unknown; nullable?: boolean; enum?: unknown[]; oneOf?: object[] };
      if (schema.nullable && schema.oneOf)
        schema.oneOf = [{ ...schema.oneOf[0], nullable: true }, ...schema.oneOf.slice(1)];
      if (schema.type === undefined) delete schema.nullable;
      // `enum` restricts null as well.
      if (schema.nullable && schema.enum) schema.enum = [...schema.enum, null];
    }
  }
  return Object.fromEntries(ours) as Schemas;
}

const swaggerUi = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

const fromSwaggerUi = (file: string) => readFileSync(join(swaggerUi, file));

const assets = () => ({
  'swagger-ui.css': { type: 'text/css; charset=utf-8', content: fromSwaggerUi('swagger-ui.css') },
  'swagger-ui-bundle.js': {
    type: 'text/javascript; charset=utf-8',
    content: fromSwaggerUi('swagger-ui-bundle.js'),
  },
  // A separate file, because the page's policy allows no inline script.
  'start.js': {
    type: 'text/javascript; charset=utf-8',
    content: "SwaggerUIBundle({ url: '/openapi.json', dom_id: '#api' });\n",
  },
});

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Usher API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="api"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;
