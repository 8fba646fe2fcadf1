import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { contractSchemas } from './contract-schemas.js';
import { docsPolicy } from './secure-headers.js';

/** `/openapi.json`, and `/docs` to read it. The schemas come from the contract classes' own validation rules. */
export function serveOpenApi(app: NestFastifyApplication): void {
  const document = describe(app);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get('/openapi.json', async () => document);
  fastify.get('/docs', async (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', docsPolicy).send(page),
  );
  for (const [file, { type, content }] of Object.entries(assets())) {
    fastify.get(`/docs/${file}`, async (_request, reply) =>
      reply.type(type).header('cache-control', `public, max-age=${assetSeconds}`).send(content),
    );
  }
}

/** How long a browser may keep the files of /docs, which change with a release only. */
const assetSeconds = 3600;

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
  return { ...document, components: { ...document.components, schemas: contractSchemas() } };
}

const swaggerUi = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

const fromSwaggerUi = (file: string) => readFileSync(join(swaggerUi, file));

const assets = () => ({
  'swagger-ui.css': { type: 'text/css; charset=utf-8', content: fromSwaggerUi('swagger-ui.css') },
  'swagger-ui-bundle.js': {
    type: 'text/javascript; charset=utf-8',
    content: fromSwaggerUi('swagger-ui-bundle.js'),
  },
  // A file of its own, for the page's policy allows no script inside it.
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
