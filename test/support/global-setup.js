import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// Imports built files, because Jest does not transform the imports of a global set-up.
import { startPostgres } from '../../dist/apps/local-stack/src/postgres/postgres.js';

import { provideSigningKeys } from './signing-keys.js';

const awsCredentials = {
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** One temporary PostgreSQL for the whole run; each test file creates its own databases. */
export default async function globalSetup() {
  const dataDir = await mkdtemp(join(tmpdir(), 'usher-test-'));
  const postgres = await startPostgres({ dataDir, durable: false });
  await provideSigningKeys();
  process.env.USHER_TEST_POSTGRES_URL = postgres.url;
  // Credentials for the APIs in tests. The local user pool accepts any, and the SDK does not query EC2.
  Object.assign(process.env, awsCredentials);
  globalThis.usherTestPostgres = { postgres, dataDir };
}
