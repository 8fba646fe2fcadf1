import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { describeApi } from './openapi-document.js';
import { docsPolicy } from './secure-headers.js';

/** Serves `/openapi.json` and Swagger UI at `/docs`. */
export function serveOpenApi(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  // At the first request: it takes as long as the rest of the start.
  let document: OpenAPIObject | undefined;
  fastify.get('/openapi.json', async () => (document ??= describeApi(app)));
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
