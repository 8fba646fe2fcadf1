import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../dist/apps/local-stack/src/ports.js';
import { startPostgres } from '../../../dist/apps/local-stack/src/postgres/postgres.js';
import { startServer, startWorker } from '../measure/node-process.js';
import { startTokenPool } from './tokens.js';

export const migrationToken = 'migration-token-of-the-benchmarks';

/** What ends again, in reverse, whatever happens in between. */
export async function withClosers(work) {
  const closers = [];
  try {
    return await work((close) => closers.push(close));
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/** PostgreSQL with the settings of production, as far as one machine allows. */
export async function startDatabase(closing) {
  const dataDir = await mkdtemp(join(tmpdir(), 'usher-bench-'));
  closing(() => rm(dataDir, { recursive: true, force: true }));
  const postgres = await startPostgres({ dataDir, durable: true });
  closing(() => postgres.stop());
  return postgres.url;
}

export const apiEnvironment = (databaseUrl, pool) => ({
  NODE_ENV: 'production',
  HOST: '127.0.0.1',
  DATABASE_URL: databaseUrl,
  AWS_REGION: 'us-east-1',
  AWS_COGNITO_USER_POOL_ID: 'us-east-1_benchmark',
  AWS_COGNITO_CLIENT_ID: pool.clientId,
  AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: new URL(pool.issuer).origin,
  COGNITO_ISSUER: pool.issuer,
  MIGRATION_ACCESS_TOKENS: migrationToken,
  SESSION_SECRETS: 'a-session-secret-of-the-benchmarks',
  RATE_LIMITS: 'off',
});

export const builtApi = new URL('../../../dist/api/main.js', import.meta.url);

/** The API in a process of its own, with a database and a pool behind it. */
export async function startApi(closing) {
  const databaseUrl = await startDatabase(closing);
  const pool = await startTokenPool();
  closing(pool.close);
  const port = await freePort();
  const env = { ...apiEnvironment(databaseUrl, pool), PORT: String(port) };
  const server = await startServer(builtApi, { port, path: '/health/live', env });
  closing(server.stop);
  return { ...server, port, pool, databaseUrl };
}

/** A server of ours in the folder of this file, in a process of its own. */
export async function startPart(closing, name, ...args) {
  const port = await freePort();
  const server = await startWorker(new URL(name, import.meta.url), { args: [String(port), ...args] });
  closing(server.stop);
  return { ...server, port };
}
