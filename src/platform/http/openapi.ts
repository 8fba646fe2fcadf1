import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';

type Schemas = NonNullable<OpenAPIObject['components']>['schemas'];

/** `/openapi.json`, and `/docs` to read it. The schemas come from the contract classes' own validation rules. */
export function serveOpenApi(app: NestFastifyApplication): void {
  const document = describe(app);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get('/openapi.json', async () => document);
  fastify.get('/docs', async (_request, reply) => reply.type('text/html; charset=utf-8').send(page));
  for (const [file, type] of Object.entries(assets)) {
    const content = readFileSync(join(swaggerUi, file));
    fastify.get(`/docs/${file}`, async (_request, reply) => reply.type(type).send(content));
  }
}

function describe(app: NestFastifyApplication): OpenAPIObject {
  const info = new DocumentBuilder()
    .setTitle('Usher')
    .setDescription('Brings an application’s existing users into Amazon Cognito, one sign-in at a time.')
    .setVersion('0.1.0')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'Cognito access token',
    })
    .build();
  const document = SwaggerModule.createDocument(app, info);
  const schemas = validationMetadatasToSchemas({ refPointerPrefix: '#/components/schemas/' }) as Schemas;
  return { ...document, components: { ...document.components, schemas } };
}

const swaggerUi = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

const assets = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};

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
    <script>SwaggerUIBundle({ url: '/openapi.json', dom_id: '#api' });</script>
  </body>
</html>
`;
