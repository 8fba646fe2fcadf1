import { afterEach, expect, it } from '@jest/globals';
import { startUsher, type Usher } from '../support/usher.js';
import { createDeviseDatabase } from '../support/database.js';
import * as sql from '../../src/users/persistence/users.sql.js';
import { emailSpellings } from '../../src/platform/email.js';
let usher: Usher;
afterEach(() => usher.close());
it('uses the indexes', async () => {
  const database = await createDeviseDatabase();
  await database.sql('ALTER TABLE users ADD COLUMN deleted_at timestamp');
  await database.sql(`INSERT INTO users (email, encrypted_password, confirmed_at, created_at, updated_at)
    SELECT 'person-' || n || '@example.com', '', now(), now(), now() FROM generate_series(1, 100000) AS n`);
  await database.sql('ANALYZE users');
  usher = await startUsher({ database });
  const bad: string[] = [];
  for (const [name, statement, values] of [
    ['email', sql.findByEmail, ''],
    ['link', sql.findToLink, ''],
    ['legacy', sql.findLegacyAccount, ', 3600'],
    ['proof', sql.recordMailboxProof, ''],
    ['has', sql.hasRows, ''],
  ] as const)
    for (const mode of ['force_generic_plan', 'force_custom_plan']) {
      const array = `'{${emailSpellings('person-5@example.com').join()}}'::text[]`;
      const pg = (await import('pg')).default;
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      await client.query(`SET plan_cache_mode = ${mode}`);
      await client.query(`PREPARE q AS ${statement.text}`);
      const { rows } = await client.query(`EXPLAIN (ANALYZE) EXECUTE q(${array}${values})`);
      const plan = rows.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n');
      if (/Seq Scan on users/.test(plan)) bad.push(`${name} ${mode}\n${plan}`);
      console.log(name, mode, /Execution Time.*/.exec(plan)?.[0]);
      await client.end();
    }
  expect(bad).toEqual([]);
}, 120_000);
