/** Writes openapi.json: `npm run openapi`. Reads the decorators of what tsc has built, and starts nothing. */
import { writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppModule } from '../dist/src/app.module.js';
import { loadConfig } from '../dist/src/common/config/config.js';
import { describeApi } from '../dist/src/common/http/openapi-document.js';

// The document does not depend on the configuration.
const config = loadConfig({
  DATABASE_URL: 'postgres://usher@127.0.0.1:1/none',
  AWS_REGION: 'us-east-1',
  AWS_COGNITO_USER_POOL_ID: 'us-east-1_abc',
  AWS_COGNITO_CLIENT_ID: 'abc',
  MIGRATION_ACCESS_TOKENS: 'migration-token-of-the-document',
  SESSION_SECRETS: 'a-session-secret-of-the-document',
});
const options = { preview: true, abortOnError: false, logger: ['error'] };
const app = await NestFactory.create(AppModule.register(config), new FastifyAdapter(), options);
writeFileSync(
  new URL('../openapi.json', import.meta.url),
  `${JSON.stringify(describeApi(app), null, 2)}\n`,
);
