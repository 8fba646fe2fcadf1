import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// Built files: Jest does not transform what a global set-up imports.
import { startPostgres } from '../../dist/apps/local-stack/src/postgres/postgres.js';

/** One throw-away PostgreSQL for the whole run; every test file makes databases of its own in it. */
export default async function globalSetup() {
  const dataDir = await mkdtemp(join(tmpdir(), 'usher-test-'));
  const postgres = await startPostgres({ dataDir, durable: false });
  process.env.USHER_TEST_POSTGRES_URL = postgres.url;
  globalThis.usherTestPostgres = { postgres, dataDir };
}
