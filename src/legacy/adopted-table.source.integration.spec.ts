import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createDatabase,
  createDeviseDatabase,
  type TestDatabase,
} from '../../test/support/drivers/database.js';
import { startUsher } from '../../test/support/drivers/usher.js';
import { legacyRowsConfig } from '../common/config/migration.config.js';
import { AdoptedTableSource } from './adopted-table.source.js';
import type { LegacyUser } from './legacy-source.js';

/** Reads in pages and as a stream, which must be the same. */
const read = async (url: string, variables = {}, limit = 2): Promise<LegacyUser[]> => {
  const source = await AdoptedTableSource.open(url, legacyRowsConfig.read(variables));
  try {
    const users: LegacyUser[] = [];
    let after: string | undefined;
    do {
      const page = await source.scan(after, limit);
      expect(page.users.length).toBeLessThanOrEqual(limit);
      users.push(...page.users);
      after = page.next;
    } while (after !== undefined);
    const streamed: LegacyUser[] = [];
    for await (const page of source.stream()) streamed.push(...page.users);
    expect(streamed).toEqual(users);
    return users;
  } finally {
    await source.close();
  }
};

describe('a table with the required columns only', () => {
  let database: TestDatabase;
  beforeEach(async () => (database = await createDatabase()));
  afterEach(() => database.drop());

  it.each([
    ['bigint', ['-5', '2', '10', '9007199254740993']],
    ['integer', ['-5', '2', '10', '100']],
    ['uuid', ['00000000-0000-4000-8000-000000000001', 'ffffffff-0000-4000-8000-000000000002']],
    ['text', ['10', '2', "a'b", 'z']],
    ['varchar(40)', ['10', '2', 'z']],
  ])('is read in pages by a key of the type %s', async (type, ids) => {
    await database.sql(`CREATE TABLE users (id ${type} PRIMARY KEY, email text, encrypted_password text)`);
    for (const id of ids) await database.sql('INSERT INTO users VALUES ($1, NULL, NULL)', [id]);
    const users = await read(database.url);
    expect(users.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(users[0]).toMatchObject({
      ...{ email: null, passwordHash: null, verified: true, blocked: false, lockedUntil: null },
      ...{ firstName: null, lastName: null, createdAt: null, lastSignInAt: null, attributes: {} },
    });
  });

  it('is read without the padding of a hash and without megabytes of text', async () => {
    await database.sql(
      `CREATE TABLE users (id int PRIMARY KEY, email char(40), encrypted_password char(80))`,
    );
    await database.sql(`INSERT INTO users VALUES (1, 'a@example.com', '$2a$10$abc')`);
    expect((await read(database.url))[0]?.passwordHash).toBe('$2a$10$abc');
    await database.sql(`ALTER TABLE users ALTER encrypted_password TYPE text`);
    await database.sql(`UPDATE users SET encrypted_password = repeat('x', 10000000)`);
    expect((await read(database.url))[0]?.passwordHash?.length).toBe(4097);
  });

  it('is streamed with any text, in pages that can be read again', async () => {
    await database.sql('CREATE TABLE users (id text PRIMARY KEY, email text, encrypted_password text)');
    const texts = [
      '',
      '\\N',
      '\\',
      '\\\\N\\t',
      'a\tb\nc\rd\be\ff\vg',
      '\\.',
      '"',
      '\u007f\u0001',
      'é\u{1f600}',
      null,
    ];
    const rows = Array.from({ length: 450 }, (_, at) => [
      `${at}-${texts[at % 9] ?? ''}-${'x'.repeat(150)}`,
      texts[at % 10],
      `${texts[at % 10]}${'🙂'.repeat(at)}`,
    ]);
    await database.sql(
      `INSERT INTO users SELECT row->>0, row->>1, row->>2 FROM json_array_elements($1::json) AS row`,
      [JSON.stringify(rows)],
    );
    const users = await read(database.url, {}, 1000);
    expect(new Map(users.map((user) => [user.id, [user.email, user.passwordHash]]))).toEqual(
      new Map(rows.map(([id, ...others]) => [id, others])),
    );
    const source = await AdoptedTableSource.open(database.url, legacyRowsConfig.read({}));
    try {
      let after: string | undefined;
      let pages = 0;
      const again = await AdoptedTableSource.open(database.url, legacyRowsConfig.read({}));
      for await (const { users: streamed, next } of source.stream()) {
        expect((await again.scan(after, streamed.length)).users).toEqual(streamed);
        after = next;
        pages += 1;
      }
      await again.close();
      expect({ pages, after }).toEqual({ pages: 5, after: undefined });
    } finally {
      await source.close();
    }
  });

  it('is left in the middle of a stream, and reports what the database refuses', async () => {
    await database.sql('CREATE TABLE users (id int PRIMARY KEY, email text, encrypted_password text)');
    await database.sql(
      `INSERT INTO users SELECT n, repeat('x', 500), '' FROM generate_series(1, 50000) AS n`,
    );
    const source = await AdoptedTableSource.open(database.url, legacyRowsConfig.read({}));
    for await (const { users } of source.stream()) {
      expect(users).toHaveLength(100);
      break;
    }
    await source.close();
    const failing = await AdoptedTableSource.open(database.url, legacyRowsConfig.read({}));
    await database.sql('ALTER TABLE users RENAME TO people');
    await expect(
      (async () => {
        for await (const page of failing.stream()) throw new Error(`read ${page.users.length} rows`);
      })(),
    ).rejects.toThrow('relation "users" does not exist');
    await failing.close();
  });

  it('is refused without a required column, and without the table', async () => {
    await expect(read(database.url)).rejects.toThrow('The database has no table "users".');
    await database.sql('CREATE TABLE users (id int, email text)');
    await expect(read(database.url)).rejects.toThrow('The table "users" has no column encrypted_password.');
    const variables = { LEGACY_BLOCKED_WHEN: 'banned' };
    await database.sql('ALTER TABLE users ADD encrypted_password text');
    await expect(read(database.url, variables)).rejects.toThrow(
      'LEGACY_BLOCKED_WHEN names the column "banned"',
    );
  });
});

describe("Devise's table", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
    await database.sql(`CREATE TABLE users (id int PRIMARY KEY, email text, encrypted_password text,
      first_name text, confirmed_at timestamp, locked_at timestamptz, current_sign_in_at timestamp,
      last_sign_in_at timestamp, created_at date, deleted_at timestamp, banned boolean)`);
    await database.sql(
      `ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET timezone TO 'Asia/Tokyo'`,
    );
    await database.sql(`INSERT INTO users (id, email, first_name, confirmed_at, locked_at, current_sign_in_at,
      last_sign_in_at, created_at, deleted_at, banned) VALUES
      (1, 'Ada@Example.com ', 'Ada', '2020-01-01', '2026-01-01 12:00Z', '2026-03-01 10:00', '2026-02-01', '2019-05-06', NULL, NULL),
      (2, 'b@example.com', NULL, NULL, NULL, 'infinity', NULL, 'infinity', '2020-01-01', false),
      (3, 'c@example.com', NULL, '2020-01-01', NULL, NULL, '2026-02-01', NULL, '2999-01-01', true)`);
  });
  afterAll(() => database.drop());

  it('is read with its state and with times as UTC', async () => {
    const [ada, second, third] = await read(database.url);
    expect(ada).toMatchObject({
      ...{ id: '1', email: 'Ada@Example.com ', firstName: 'Ada', verified: true, blocked: false },
      lockedUntil: new Date('2026-01-01T13:00:00Z'),
      createdAt: new Date('2019-05-06T00:00:00Z'),
      lastSignInAt: new Date('2026-03-01T10:00:00Z'),
    });
    expect(second).toMatchObject({ verified: false, blocked: true, createdAt: null, lastSignInAt: null });
    expect(third).toMatchObject({ blocked: true, lastSignInAt: new Date('2026-02-01T00:00:00Z') });
  });

  it('is read with the configured conditions and the configured end of locks', async () => {
    const users = await read(database.url, { LEGACY_BLOCKED_WHEN: 'none', LEGACY_UNLOCK_IN: 'never' });
    expect(users.map(({ blocked }) => blocked)).toEqual([false, false, false]);
    expect(users[0]?.lockedUntil?.getTime()).toBe(8.64e15);
  });
});

it('marks migrated and disabled rows, and leaves out deleted rows and sign-ups', async () => {
  const database = await createDeviseDatabase();
  const count = (await read(database.url, {}, 1000)).length;
  const usher = await startUsher({ database });
  try {
    const ids = (await database.sql<{ id: string }>('SELECT id FROM users ORDER BY id LIMIT 4')).map(
      ({ id }) => id,
    );
    const set = (index: number, change: string) =>
      database.sql(`UPDATE users SET ${change} WHERE id = $1`, [ids[index]]);
    await set(0, `cognito_sub = 'sub-0'`);
    await set(1, 'usher_disabled_at = now()');
    await set(2, 'usher_erased_at = now()');
    await set(3, `usher_migration_reason = 'signed_up'`);
    const users = await read(database.url, {}, 1000);
    expect(users.length).toBe(count - 2);
    expect(users.filter(({ migrated }) => migrated).map(({ id }) => id)).toEqual([ids[0]]);
    expect(users.find(({ id }) => id === ids[1])).toMatchObject({ blocked: true });
  } finally {
    await usher.close();
  }
});
