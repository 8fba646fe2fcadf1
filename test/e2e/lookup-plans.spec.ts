import { afterEach, expect, it } from '@jest/globals';
import { resolveColumns } from '../../src/common/database/users-columns.js';
import * as links from '../../src/users/user-links.repository.js';
import * as users from '../../src/users/users.service.js';
import { createDeviseDatabase } from '../support/drivers/database.js';
import { startUsher, type Usher } from '../support/drivers/usher.js';

let usher: Usher;
afterEach(() => usher.close());

const address = `'{person-5@example.com}'::text[]`;

const lookups = {
  findByEmail: [users.findByEmail, address],
  findToLink: [links.findToLink, address],
  findAccountState: [users.findAccountState, `${address}, 3600`],
  findLegacyAccount: [users.findLegacyAccount, `${address}, 3600`],
  recordMailboxProof: [links.recordMailboxProof, `${address}, 'sub'`],
  hasRows: [users.hasRows, address],
  findCopy: [users.findCopy, `'17', 3600`],
} as const;

it('uses indexes to find the rows of an address in a newly adopted table', async () => {
  const database = await createDeviseDatabase();
  await database.sql(`INSERT INTO users (email, encrypted_password, confirmed_at, created_at, updated_at)
    SELECT 'person-' || n || '@example.com', '', now(), now(), now() FROM generate_series(1, 50000) AS n`);
  usher = await startUsher({ database });
  const client = await database.connect();
  for (const [name, [{ text }, values]] of Object.entries(lookups)) {
    await client.query(`PREPARE ${name} AS ${resolveColumns(text)}`);
    for (const mode of ['force_generic_plan', 'force_custom_plan']) {
      await client.query(`SET plan_cache_mode = ${mode}`);
      const { rows } = await client.query<Record<string, string>>(`EXPLAIN EXECUTE ${name}(${values})`);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).not.toContain('Seq Scan on users');
    }
  }
});
