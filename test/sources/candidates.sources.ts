import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { runCommand } from '../support/drivers/command.js';
import { createDatabase, type TestDatabase } from '../support/drivers/database.js';
import { until } from '../support/drivers/until.js';
import { startUsher } from '../support/drivers/usher.js';
import { dataSourceOptions } from '../../src/common/database/data-source.js';
import { findCandidates } from '../../src/legacy/candidates.js';

const bcrypt = '$2b$10$PgZBQnGzJLdQF0Hy4SNaUuOJzjvJQJ3bHc5Fc8eT9vX2bD0bJ0b3K';
const table = (name: string, columns: string) => `CREATE TABLE ${name} (id serial PRIMARY KEY, ${columns})`;

const django = [
  table('auth_user', 'username text, email varchar(254) NOT NULL, password varchar(128) NOT NULL'),
  `INSERT INTO auth_user (username, email, password) VALUES ('ada', 'ada@example.com', '!')`,
];

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const create = async (...statements: string[]) => {
  for (const statement of statements) await database.sql(statement);
};

async function find() {
  const dataSource = await new DataSource(dataSourceOptions(database.url)).initialize();
  try {
    return await findCandidates(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

describe('findCandidates', () => {
  it.each([
    ['auth_user of Django', django, 'public.auth_user email password'],
    [
      'users of Laravel',
      [
        table('users', 'name text, email text, password text, remember_token text'),
        `INSERT INTO users (email) VALUES ('ada@example.com')`,
      ],
      'public.users email password',
    ],
    [
      'users of Drupal 7 in another schema',
      [
        'CREATE SCHEMA "Old App"',
        table('"Old App"."Users"', 'mail text, pass text'),
        `INSERT INTO "Old App"."Users" (mail) VALUES (NULL)`,
      ],
      'Old App.Users mail pass',
    ],
    [
      'a view',
      [
        table('people', 'address text, secret text'),
        'CREATE VIEW logins AS SELECT address AS email, secret AS pwd FROM people',
        `INSERT INTO people (address) VALUES ('ada')`,
      ],
      'public.logins email pwd',
    ],
    [
      'columns with other names',
      [
        table('kunden', 'kennung text, schluessel text, "Notiz" text'),
        `INSERT INTO kunden (kennung, schluessel) VALUES ('ada@example.com', '${bcrypt}'), ('', NULL)`,
      ],
      'public.kunden kennung schluessel',
    ],
    [
      'hashes in a table that references the people, as of Better Auth',
      [
        table('"user"', 'name text, email text'),
        table('account', '"userId" integer REFERENCES "user", "providerId" text, password text'),
        `INSERT INTO "user" (email) VALUES ('ada@example.com')`,
        `INSERT INTO account ("userId", "providerId") VALUES (1, 'credential')`,
      ],
      'public.user email account.password',
    ],
  ])('finds %s', async (_name, statements, expected) => {
    await create(...statements);
    const found = (await find()).map(({ table, emailColumn, hashColumn }) =>
      [table, emailColumn, hashColumn].join(' '),
    );
    expect(found).toEqual([expected]);
  });

  it.each([
    ['an empty table', [table('auth_user', 'email text, password text')]],
    [
      'invitations and tokens',
      [
        table('invitations', 'email text, token text, reset_password_token text'),
        `INSERT INTO invitations (email, token) VALUES ('ada@example.com', md5('x'))`,
      ],
    ],
    [
      'a list of addresses beside a table of passwords',
      [
        table('newsletter', 'email text, name text'),
        table('wifi', 'ssid text, password text'),
        `INSERT INTO newsletter (email) VALUES ('ada@example.com')`,
        `INSERT INTO wifi (password) VALUES ('x')`,
      ],
    ],
    ['a view that fails', [`CREATE VIEW broken AS SELECT 'a'::text AS one, (1 / 0)::text AS two`]],
  ])('does not take %s for people', async (_name, statements) => {
    await create(...statements);
    expect(await find()).toEqual([]);
  });
});

describe('a start beside people that nothing reads', () => {
  const message =
    'The database has no users table that Usher can adopt, but "public.auth_user" (email, password) looks like the users of ' +
    'an application. Set LEGACY_SOURCE to the preset or the source file that reads them, or to "none" for a new application';
  const usersTable = () => database.sql(`SELECT to_regclass('users') AS found`);

  it('is refused, and creates no table', async () => {
    await create(...django);
    await expect(startUsher({ database: { ...database, drop: async () => undefined } })).rejects.toThrow(
      message,
    );
    expect(await usersTable()).toEqual([{ found: null }]);
    const schemas = `SELECT 1 FROM pg_namespace WHERE nspname = 'usher'`;
    expect(await database.sql(schemas)).toEqual([]);
  });

  it('is refused to commands as well', async () => {
    await create(...django);
    expect(await runCommand(['migration', 'status'], { DATABASE_URL: database.url })).toMatchObject({
      status: 2,
      out: '',
      err: `${message}.\n`,
    });
  });

  it('is refused beside an empty Devise table', async () => {
    await create(...django, table('users', 'email text, encrypted_password text'));
    await expect(startUsher({ database: { ...database, drop: async () => undefined } })).rejects.toThrow(
      message,
    );
  });

  it('succeeds with LEGACY_SOURCE=none, which the verdict knows; later starts log the people', async () => {
    await create(...django);
    const kept = { ...database, drop: async () => undefined };
    const status = async () => {
      const { out } = await runCommand(['migration', 'status', '--json'], { DATABASE_URL: database.url });
      return (JSON.parse(out) as { verdict: { reasons: unknown[] } }).verdict;
    };
    const nobody = { code: 'nobody', people: 0 };
    const first = await startUsher({ database: kept, environment: { LEGACY_SOURCE: 'none' } });
    const logged = () => first.logLines().filter((line) => line.includes('legacy users that nothing reads'));
    expect(logged()).toEqual([]);
    await first.close();
    expect(await status()).toMatchObject({ canSwitchOff: false, reasons: [nobody] });

    const second = await startUsher({ database: kept });
    try {
      const warnings = () => second.logLines().filter((line) => line.includes('that nothing reads'));
      await until(async () => warnings().length > 0);
      expect(JSON.parse(warnings()[0] ?? '')).toMatchObject({
        ...{ level: 'warn', table: 'public.auth_user', emailColumn: 'email', hashColumn: 'password' },
      });
    } finally {
      await second.close();
    }
    const reasons = [nobody, { code: 'source_not_read', people: 0 }];
    expect(await status()).toMatchObject({ canSwitchOff: false, reasons });
  });
});
