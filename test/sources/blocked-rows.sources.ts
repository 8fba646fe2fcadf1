import { afterEach, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { createDeviseDatabase, type TestDatabase } from '../support/drivers/database.js';
import { minimalEnvironment } from '../support/builders/environment.js';
import { loadConfig } from '../../src/common/config/config.js';
import { ConfigurationError, StartError } from '../../src/common/config/config-namespace.js';
import { CoreModule } from '../../src/core.module.js';
import { Database } from '../../src/common/database/database.js';

let database: TestDatabase;
let module: TestingModule | undefined;
afterEach(async () => {
  await module?.close();
  module = undefined;
  await database.drop();
});

async function prepare(...statements: string[]): Promise<void> {
  database = await createDeviseDatabase();
  for (const statement of statements) await database.sql(statement);
}

/** Starts the database module, as the API does. */
async function start(setting?: string): Promise<void> {
  await module?.close();
  const environment = { ...minimalEnvironment, DATABASE_URL: database.url, LEGACY_BLOCKED_WHEN: setting };
  module = await Test.createTestingModule({
    imports: [CoreModule.register(loadConfig(environment))],
  }).compile();
  await module.init();
}

const blockedIds = async () =>
  (await database.sql<{ id: string }>('SELECT id FROM users WHERE usher.is_blocked(users) ORDER BY id')).map(
    ({ id }) => Number(id),
  );

const counts = () =>
  database.sql<{ state: string; reason: string; people: string }>(
    `SELECT state, reason, sum(people) AS people FROM usher.migration_counts
     GROUP BY state, reason HAVING sum(people) <> 0 ORDER BY state, reason`,
  );

const blockedPeople = async () =>
  Number((await counts()).find(({ reason }) => reason === 'blocked')?.people ?? 0);

/** Compares the counts of the triggers with a full count. */
async function expectExactCounts(): Promise<void> {
  const kept = await counts();
  await database.sql('SELECT usher.recount_migration()');
  expect(await counts()).toEqual(kept);
}

const past = `now() AT TIME ZONE 'UTC' - interval '1 second'`;
const future = `now() AT TIME ZONE 'UTC' + interval '2 days'`;

const dates = [
  'deleted',
  'discarded',
  'archived',
  'banned',
  'blocked',
  'suspended',
  'disabled',
  'deactivated',
];
const whenTrue = ['banned', 'blocked', 'suspended', 'disabled', 'deleted'];

describe('without LEGACY_BLOCKED_WHEN', () => {
  it.each([
    ...dates.map((name) => [`${name}_at`, 'timestamp', past, future] as const),
    ['deleted_at', 'timestamptz', `now() - interval '1 second'`, `now() + interval '2 days'`] as const,
    ['deleted_at', 'date', `current_date`, `current_date + 3`] as const,
    ...['active', 'enabled', 'is_active', 'is_enabled'].map(
      (name) => [name, 'boolean', 'false', 'true'] as const,
    ),
    ...[...whenTrue, ...whenTrue.map((name) => `is_${name}`)].map(
      (name) => [name, 'boolean', 'true', 'false'] as const,
    ),
  ])('%s %s blocks at %s, and neither at %s nor at NULL', async (column, type, blocking, other) => {
    await prepare(
      `ALTER TABLE users ADD COLUMN ${column} ${type}`,
      `UPDATE users SET ${column} = ${blocking} WHERE id = 1`,
      `UPDATE users SET ${column} = ${other} WHERE id = 2`,
    );
    await start();
    expect(await blockedIds()).toEqual([1]);
    // A future date counts as set.
    const counted = type === 'boolean' ? 1 : 2;
    expect(await blockedPeople()).toBe(counted);
    await database.sql(`UPDATE users SET ${column} = ${blocking} WHERE id = 8`);
    expect(await blockedPeople()).toBe(counted + 1);
    await expectExactCounts();
  });

  it('does not guess from columns of another type or from expiry dates', async () => {
    await prepare(
      `ALTER TABLE users ADD COLUMN active integer DEFAULT 0, ADD COLUMN deleted_at text DEFAULT 'no',
         ADD COLUMN banned timestamp DEFAULT now(), ADD COLUMN expires_at timestamp DEFAULT '2001-01-01'`,
    );
    await start();
    expect(await blockedIds()).toEqual([]);
  });

  it('counts a date that the legacy application has just written with its own clock', async () => {
    await prepare('ALTER TABLE users ADD COLUMN deleted_at timestamp(6)');
    await start();
    await database.sql(
      `UPDATE users SET deleted_at = (clock_timestamp() + interval '30 milliseconds') AT TIME ZONE 'UTC' WHERE id = 1`,
    );
    expect(await blockedPeople()).toBe(1);
    await expectExactCounts();
  });

  it('refuses a guess that would block more than half of 100 rows, unless the variable is set', async () => {
    await prepare(
      'ALTER TABLE users ADD COLUMN active boolean NOT NULL DEFAULT false',
      `INSERT INTO users (email, encrypted_password, created_at, updated_at)
       SELECT 'person-' || n || '@example.com', '', now(), now() FROM generate_series(1, 71) AS n`,
    );
    await expect(start()).rejects.toBeInstanceOf(StartError);
    await expect(start()).rejects.toThrow(
      'The column "active" of "users" would block 100 of 100 people. Set LEGACY_BLOCKED_WHEN to the conditions under ' +
        'which a person may not sign in, such as "not active", or to "none"',
    );
    await start('none');
    expect(await blockedIds()).toEqual([]);
    await start('not active');
    expect(await blockedPeople()).toBe(100);
  });

  it('accepts a guess that blocks most of fewer rows', async () => {
    await prepare('ALTER TABLE users ADD COLUMN active boolean NOT NULL DEFAULT false');
    await start();
    expect(await blockedPeople()).toBe(29);
  });
});

describe('LEGACY_BLOCKED_WHEN', () => {
  it.each([
    ['status=banned', `status text DEFAULT 'fine'`, `'banned'`],
    ['status = banned', `status text`, `'banned'`],
    ['level=3', 'level integer DEFAULT 1', '3'],
    ['role=owner', `role varchar(9) DEFAULT 'member'`, `'owner'`],
    ['not active', 'active boolean', 'false'],
    ['NOT active', 'active integer DEFAULT 1', '0'],
    ['removed', 'removed smallint', '1'],
    ['removed_on', 'removed_on date', `current_date - 1`],
    ['note', 'note text', `'a ban'`],
    ['not approved_at', `approved_at timestamp DEFAULT '2020-01-01'`, 'NULL'],
    ['note, status=banned', `note text, ADD COLUMN status text`, `'a ban'`],
    ["status=o'brien", `status text`, `'o''brien'`],
    ['Odd"Name', `"Odd""Name" boolean`, 'true'],
  ])('%s', async (setting, column, value) => {
    const name = /^"(?:[^"]|"")*"|^\w+/.exec(column)?.[0];
    await prepare(
      `ALTER TABLE users ADD COLUMN ${column}`,
      `UPDATE users SET ${name} = ${value} WHERE id = 1`,
    );
    await start(setting);
    expect(await blockedIds()).toEqual([1]);
    expect(await blockedPeople()).toBe(1);
    await expectExactCounts();
  });

  it('replaces the guess, and counts again after a change', async () => {
    await prepare(
      'ALTER TABLE users ADD COLUMN deleted_at timestamp, ADD COLUMN status text',
      `UPDATE users SET deleted_at = ${past} WHERE id IN (1, 2)`,
      `UPDATE users SET status = 'banned' WHERE id = 8`,
    );
    await start();
    expect([await blockedIds(), await blockedPeople()]).toEqual([[1, 2], 2]);
    await start('status=banned');
    expect([await blockedIds(), await blockedPeople()]).toEqual([[8], 1]);
    await database.sql(`UPDATE users SET status = 'banned' WHERE id = 1`);
    expect(await blockedPeople()).toBe(2);
    await expectExactCounts();
    await start('none');
    expect([await blockedIds(), await blockedPeople()]).toEqual([[], 0]);
  });

  it('lets the legacy application write after it has dropped or changed a column', async () => {
    await prepare('ALTER TABLE users ADD COLUMN status text, ADD COLUMN active boolean');
    await start('status=banned, not active');
    await database.sql(
      `ALTER TABLE users DROP COLUMN status, ALTER COLUMN active TYPE text USING CASE WHEN active THEN 'yes' END`,
    );
    await database.sql(`UPDATE users SET active = 'odd', first_name = 'Ada' WHERE id = 1`);
    await expect(start('status=banned')).rejects.toThrow(
      'LEGACY_BLOCKED_WHEN names the column "status", which the table "users" does not have',
    );
    await start();
    expect(await blockedIds()).toEqual([]);
  });

  it('removes a condition when the legacy application drops its column while Usher runs', async () => {
    await prepare(
      'ALTER TABLE users ADD COLUMN deleted_at timestamp, ADD COLUMN active boolean',
      `UPDATE users SET active = false WHERE id = 2`,
    );
    await start();
    const query = () =>
      module?.get(Database).query<{ id: number }>({
        name: 'blocked',
        text: 'SELECT id FROM users WHERE usher.is_blocked(users)',
      });
    expect(await query()).toEqual([{ id: 2 }]);
    await database.sql('ALTER TABLE users DROP COLUMN deleted_at');
    expect(await query()).toEqual([{ id: 2 }]);
    expect(await blockedPeople()).toBe(1);
    await expectExactCounts();
  });

  it.each(['not status=banned', 'a b', ',', '=banned', 'none, deleted_at,'])(
    'refuses "%s"',
    async (setting) => {
      await prepare();
      await expect(start(setting)).rejects.toBeInstanceOf(ConfigurationError);
      await expect(start(setting)).rejects.toThrow(
        'LEGACY_BLOCKED_WHEN must be "none" or comma-separated conditions',
      );
    },
  );
});
