import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// Built files: Jest does not transform what a global set-up imports.
import { startPostgres } from '../../dist/apps/local-stack/src/postgres/postgres.js';

const awsCredentials = {
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** One throw-away PostgreSQL for the whole run; every test file makes databases of its own in it. */
export default async function globalSetup() {
  const dataDir = await mkdtemp(join(tmpdir(), 'usher-test-'));
  const postgres = await startPostgres({ dataDir, durable: false });
  process.env.USHER_TEST_POSTGRES_URL = postgres.url;
  // For the APIs that run inside the tests. The local user pool accepts any, and nobody asks EC2 for some.
  Object.assign(process.env, awsCredentials);
  globalThis.usherTestPostgres = { postgres, dataDir };
}
