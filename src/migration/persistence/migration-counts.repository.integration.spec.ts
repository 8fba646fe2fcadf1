import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { createDeviseDatabase, type TestDatabase } from '../../../test/support/drivers/database.js';
import { Database } from '../../common/database/database.js';
import { type Count, MigrationCounts } from './migration-counts.repository.js';

let database: TestDatabase;
let dataSource: DataSource;
let counts: MigrationCounts;

beforeEach(async () => {
  database = await createDeviseDatabase();
  await open();
});
afterEach(() => database.drop());

async function open(): Promise<void> {
  dataSource = await database.migrate();
  counts = new MigrationCounts(new Database(dataSource));
}

interface Row {
  cognito_sub: string | null;
  encrypted_password: string;
  confirmed_at: string | null;
  usher_disabled_at: string | null;
  usher_erased_at: string | null;
  usher_migration_state: string | null;
  usher_migration_reason: string | null;
  usher_migration_at: string | null;
  created_at: string;
  current_sign_in_at?: string | null;
  last_sign_in_at?: string | null;
}

const formats: [RegExp, (found: string) => string][] = [
  [/^\{bcrypt\}\$2a\$\d\d\$/i, (found) => found.replace(/^\{[^}]*\}/, '{BCRYPT}')],
  [/^\{ssha\}/i, () => '{SSHA}'],
  [/^\$2[abxy]?\$\d\d\$/, (found) => found],
  [/^\$[a-z0-9]+\$/, (found) => found],
  [/^[0-9a-f]{32}$/, () => 'hexadecimal, 32 digits'],
  [/^/, () => 'other'],
];

/** An independent implementation of the classification in SQL. */
function expectedCount(row: Row): Omit<Count, 'people'> {
  const nowhere = { reason: null, format: null, month: null, neverSignedIn: null, day: null };
  if (row.usher_erased_at) return { ...nowhere, state: 'skipped', reason: 'erased' };
  if (row.cognito_sub) {
    const imported = row.usher_migration_state === 'imported';
    const day = row.usher_migration_at?.slice(0, 10) ?? null;
    return imported
      ? { ...nowhere, state: 'imported', reason: row.usher_migration_reason, day }
      : { ...nowhere, state: 'migrated', day };
  }
  if (row.usher_disabled_at) return { ...nowhere, state: 'skipped', reason: 'disabled' };
  const reached = ['reset_sent', 'failed'].find((state) => state === row.usher_migration_state);
  if (!reached && !row.confirmed_at) return { ...nowhere, state: 'skipped', reason: 'unconfirmed' };
  if (!reached && row.usher_migration_reason === 'signed_up')
    return { ...nowhere, state: 'skipped', reason: 'signed_up' };
  if (!reached && row.encrypted_password.trim() === '')
    return { ...nowhere, state: 'skipped', reason: 'no_password' };
  const hash = row.encrypted_password.trim();
  const [pattern, name] = formats.find(([form]) => form.test(hash)) ?? formats.at(-1)!;
  const signIns = [row.current_sign_in_at, row.last_sign_in_at].filter((at) => at != null).sort();
  return {
    state: (reached ?? 'legacy') as Count['state'],
    reason: row.usher_migration_reason,
    format: name(pattern.exec(hash)?.[0] ?? ''),
    month: (signIns.at(-1) ?? row.created_at).slice(0, 7),
    neverSignedIn: signIns.length === 0,
    day: null,
  };
}

async function fullCount(): Promise<Map<string, number>> {
  const rows = await database.sql<{ row: Row }>(`
    SELECT to_jsonb(users) || jsonb_build_object(
      'usher_migration_at', to_char(usher_migration_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')) AS row FROM users`);
  const all = new Map<string, number>();
  for (const { row } of rows) {
    const { state, reason, format, month, neverSignedIn, day } = expectedCount(row);
    const key = JSON.stringify([state, reason, format, month, neverSignedIn, day]);
    all.set(key, (all.get(key) ?? 0) + 1);
  }
  return all;
}

const keptCounts = async () =>
  new Map(
    (await counts.read()).map(({ state, reason, format, month, neverSignedIn, day, people }) => [
      JSON.stringify([state, reason, format, month, neverSignedIn, day]),
      people,
    ]),
  );

async function expectExact(): Promise<void> {
  const [kept, full] = [await keptCounts(), await fullCount()];
  expect(full.size).toBeGreaterThan(0);
  expect(new Map([...kept].sort())).toEqual(new Map([...full].sort()));
}

const insert = (email: string, hash: string) => `
  INSERT INTO users (email, encrypted_password, confirmed_at, current_sign_in_at, created_at, updated_at)
  VALUES ('${email}', '${hash}', now(), now() - interval '70 days', now(), now())`;

/** Changes that an application or Usher makes to rows. */
const changes = [
  insert('new-1@example.com', '$6$rounds=5000$salt$digest'),
  insert('new-2@example.com', '5f4dcc3b5aa765d61d8327deb882cf99'),
  insert('new-3@example.com', 'what is this?'),
  insert('new-4@example.com', ' {bcrypt}$2a$10$digest   '),
  insert('new-5@example.com', '{ssha}digest\t\r\n'),
  insert('new-6@example.com', ' \t\r\n'),
  `UPDATE users SET encrypted_password = '$2a$10$' || repeat('x', 53) WHERE id % 2 = 0`,
  `UPDATE users SET current_sign_in_at = now(), sign_in_count = sign_in_count + 1`,
  `UPDATE users SET confirmed_at = NULL WHERE id % 5 = 0`,
  `UPDATE users SET usher_disabled_at = now() WHERE id % 7 = 0`,
  `UPDATE users SET cognito_sub = id::text, usher_migration_state = 'migrated', usher_migration_at = now() WHERE id % 3 = 0`,
  `UPDATE users SET cognito_sub = id::text, usher_migration_state = 'imported', usher_migration_reason = 'found_in_pool',
     usher_migration_at = '2026-01-31 23:30:00Z' WHERE id % 4 = 0`,
  `UPDATE users SET usher_migration_state = 'failed', usher_migration_reason = 'not_created' WHERE id % 11 = 0`,
  `UPDATE users SET usher_migration_state = 'reset_sent' WHERE id % 13 = 0`,
  `UPDATE users SET usher_erased_at = now() WHERE id = 1`,
  `UPDATE users SET usher_migration_reason = 'signed_up' WHERE id % 6 = 0`,
  `DELETE FROM users WHERE id IN (2, 3, 4)`,
  `UPDATE users SET id = id + 1000 WHERE id < 20`,
  `INSERT INTO users SELECT * FROM users ON CONFLICT DO NOTHING`,
];

describe('maintained counts', () => {
  it('equal the existing table at first', () => expectExact());

  it('follow every change of the table', async () => {
    for (const change of changes) {
      await database.sql(change);
      await expectExact();
    }
  });

  it('do not follow a change that is rolled back', async () => {
    const before = await keptCounts();
    await database.sql(`DO $$ BEGIN DELETE FROM users; RAISE 'no'; END $$`).catch(() => undefined);
    expect(await keptCounts()).toEqual(before);
  });

  it('are empty after TRUNCATE', async () => {
    await database.sql('TRUNCATE users');
    expect(await counts.read()).toEqual([]);
    await database.sql(insert('first@example.com', '$2a$10$x'));
    await expectExact();
  });

  it('follow concurrent writers during compactions and recounts', async () => {
    const clients = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const client = new pg.Client({ connectionString: database.url });
        await client.connect();
        return client;
      }),
    );
    try {
      const write = (client: pg.Client, number: number) =>
        Promise.all(
          Array.from({ length: 100 }, (_, step) =>
            client.query(
              `UPDATE users SET usher_migration_state = $1, current_sign_in_at = now() - interval '1 month' * $2
               WHERE id % 4 = $3`,
              [step % 2 ? 'failed' : 'reset_sent', step, number],
            ),
          ),
        );
      const keep = async () => {
        for (let time = 0; time < 20; time += 1) await (time % 4 ? counts.compact() : counts.recount());
      };
      await Promise.all([...clients.map(write), keep(), keep()]);
    } finally {
      await Promise.all(clients.map((client) => client.end()));
    }
    await expectExact();
  });

  it('do not change at a compaction', async () => {
    for (let time = 0; time < 600; time += 1)
      await database.sql(
        `UPDATE users SET current_sign_in_at = now() - interval '1 month' * $1 WHERE id = 1`,
        [time],
      );
    const rows = async () =>
      Number(
        (await database.sql<{ rows: string }>('SELECT count(*) AS rows FROM usher.migration_counts'))[0]
          ?.rows,
      );
    expect(await rows()).toBeGreaterThan(1000);
    const before = await keptCounts();
    await counts.compact();
    expect(await rows()).toBe(before.size);
    expect(await keptCounts()).toEqual(before);
  });

  it('are correct after a recount if the triggers were disabled', async () => {
    await database.sql('ALTER TABLE users DISABLE TRIGGER USER');
    await database.sql(`UPDATE users SET cognito_sub = id::text`);
    await database.sql('ALTER TABLE users ENABLE TRIGGER USER');
    await counts.recount();
    await expectExact();
  });
});

describe('the old application', () => {
  it('writes without privileges in the usher schema', async () => {
    const role = `rails_${Date.now()}`;
    await database.sql(`CREATE ROLE ${role}`);
    await database.sql(`GRANT ALL ON users, users_id_seq TO ${role}`);
    try {
      await database.sql(
        `DO $$ BEGIN SET LOCAL ROLE ${role}; ${insert('by-rails@example.com', '$2a$10$x')}; END $$`,
      );
      await expectExact();
    } finally {
      await database.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });

  it('can drop the columns of the last sign-in and still write', async () => {
    await database.sql('ALTER TABLE users DROP COLUMN current_sign_in_at, DROP COLUMN last_sign_in_at');
    expect(await counts.knowsSignIns()).toBe(false);
    await counts.recount();
    await expectExact();
    await database.sql('UPDATE users SET confirmed_at = now()');
    await database.sql('DELETE FROM users WHERE id < 5');
    await expectExact();
  });
});

describe('other columns of the old application', () => {
  it('may hold any value that their type allows', async () => {
    await database.sql(`ALTER TABLE users ADD COLUMN preferences json`);
    const odd = [String.raw`{"a": "\\u0000"}`, String.raw`{"a": "\\ud800"}`, '{"a": 1e999999}'];
    for (const [index, value] of odd.entries())
      await database.sql(`UPDATE users SET preferences = $1::text::json WHERE id = $2`, [value, index + 1]);
    await database.sql(`UPDATE users SET usher_migration_state = 'failed' WHERE id < 10`);
    await database.sql(`DELETE FROM users WHERE id = 2`);
    // The expected count converts rows to JSON, which fails for these values.
    await database.sql(`ALTER TABLE users DROP COLUMN preferences`);
    await expectExact();
  });

  it('may have another type than in Devise', async () => {
    await database.sql(`ALTER TABLE users ALTER COLUMN last_sign_in_at TYPE integer USING NULL`);
    await database.sql(`ALTER TABLE users ALTER COLUMN current_sign_in_at TYPE timestamptz`);
    await database.sql(`UPDATE users SET last_sign_in_at = 7, current_sign_in_at = '2026-05-05 12:00:00Z'`);
    await database.sql(`SET datestyle TO 'SQL, DMY'; UPDATE users SET confirmed_at = now()`);
    await counts.recount();
    const months = (await counts.read()).filter(({ state }) => state === 'legacy').map(({ month }) => month);
    expect(new Set(months)).toEqual(new Set(['2026-05']));
  });
});

it('counts a table without the columns of trackable', async () => {
  await dataSource.destroy();
  await database.drop();
  database = await createDeviseDatabase();
  await database.sql('ALTER TABLE users DROP COLUMN current_sign_in_at, DROP COLUMN last_sign_in_at');
  await open();
  await expectExact();
});
