import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  createDatabase,
  createDeviseDatabase,
  type TestDatabase,
} from '../../test/support/drivers/database.js';
import { minimalEnvironment } from '../../test/support/builders/environment.js';
import { loadConfig } from '../common/config/config.js';
import { CoreModule } from '../core.module.js';
import { UserLinksRepository } from './user-links.repository.js';
import { UsersService } from './users.service.js';
import { type Identity, AccountLinkingService } from './account-linking.service.js';

let database: TestDatabase;
const modules = new Map<string, TestingModule>();

async function linkingWith(legacyHash = ''): Promise<AccountLinkingService> {
  const module = modules.get(legacyHash) ?? (await createModule(legacyHash));
  modules.set(legacyHash, module);
  return module.get(AccountLinkingService);
}

async function createModule(legacyHash: string): Promise<TestingModule> {
  const environment = { ...minimalEnvironment, DATABASE_URL: database.url, LEGACY_HASH: legacyHash };
  const module = await Test.createTestingModule({
    imports: [CoreModule.register(loadConfig(environment))],
    providers: [AccountLinkingService, UserLinksRepository, UsersService],
  }).compile();
  // Only an initialised module closes its connections.
  return module.init();
}

const link = async (identity: Identity, legacyHash = '') => (await linkingWith(legacyHash)).link(identity);

const verified = (sub: string, email: string): Identity => ({ sub, email, emailVerified: true });

interface Row {
  id: string;
  email: string;
  cognito_sub: string | null;
  encrypted_password: string;
  confirmed_at: string | null;
  first_name: string | null;
}

const rowsOf = (email: string) =>
  database.sql<Row>('SELECT * FROM users WHERE lower(email) = lower($1) ORDER BY id', [email]);
const snapshot = () =>
  database.sql<{ all: string }>(`SELECT md5(string_agg(users::text, '|' ORDER BY id)) AS all FROM users`);

afterEach(async () => {
  await Promise.all([...modules.values()].map((module) => module.close()));
  modules.clear();
  await database.drop();
});

describe('AccountLinkingService on an adopted table', () => {
  beforeEach(async () => {
    database = await createDeviseDatabase();
    await linkingWith();
  });

  it('finds the row by the verified address and writes the sub into it', async () => {
    const user = await link(verified('sub-1', 'ADA@example.com'));
    expect(user).toEqual({
      ...{ id: 1, email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace', roles: [] },
      ...{ sub: 'sub-1', disabled: false },
    });
    expect(await rowsOf('ada@example.com')).toHaveLength(1);
  });

  it('writes nothing when the sub is linked, with any address', async () => {
    await link(verified('sub-1', 'ada@example.com'));
    const before = await snapshot();
    expect((await link(verified('sub-1', 'bob@example.com'))).id).toBe(1);
    expect((await link({ sub: 'sub-1', email: undefined, emailVerified: false })).id).toBe(1);
    expect(await snapshot()).toEqual(before);
  });

  it.each([
    ['an unverified address', { sub: 'attacker', email: 'ada@example.com', emailVerified: false }],
    ['no address', { sub: 'attacker', email: undefined, emailVerified: true }],
  ])('refuses %s and writes nothing', async (_what, identity) => {
    const before = await snapshot();
    await expect(link(identity)).rejects.toMatchObject({ code: 'auth.account_link_conflict' });
    expect(await snapshot()).toEqual(before);
  });

  it('refuses a row with another sub and writes nothing', async () => {
    await link(verified('owner', 'ada@example.com'));
    const before = await snapshot();
    await expect(link(verified('attacker', 'ada@example.com'))).rejects.toMatchObject({
      code: 'auth.account_link_conflict',
    });
    expect(await snapshot()).toEqual(before);
  });

  it('refuses a disabled row and writes nothing', async () => {
    await database.sql('UPDATE users SET usher_disabled_at = now() WHERE id = 1');
    const before = await snapshot();
    await expect(link(verified('sub-1', 'ada@example.com'))).rejects.toMatchObject({
      code: 'auth.invalid_credentials',
    });
    expect(await snapshot()).toEqual(before);
  });

  it('finds a row stored with capitals', async () => {
    expect((await link(verified('sub-1', 'old.timer@example.com'))).email).toBe('Old.Timer@Example.com');
  });

  it('clears hash, names and tokens of an unconfirmed row', async () => {
    await link(verified('sub-1', 'carol@example.com'), 'keep');
    const [carol] = await rowsOf('carol@example.com');
    expect(carol).toMatchObject({
      encrypted_password: '',
      first_name: null,
      last_name: null,
      confirmation_token: null,
    });
    expect(carol?.confirmed_at).not.toBeNull();
  });

  it('keeps the legacy hash unless LEGACY_HASH is erase', async () => {
    await link(verified('sub-1', 'ada@example.com'));
    expect((await rowsOf('ada@example.com'))[0]?.encrypted_password).toMatch(/^\$2a\$/);
    await link(verified('sub-2', 'bob@example.com'), 'erase');
    expect((await rowsOf('bob@example.com'))[0]?.encrypted_password).toBe('');
  });

  it('fills the columns that Rails fills in a new row, in UTC with any time zone of the database', async () => {
    await database.sql(
      `ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET timezone = 'America/New_York'`,
    );
    const user = await link(verified('sub-1', ' New@Example.com '), 'keep');
    const [row] = await database.sql<{ filled: boolean }>(
      `SELECT abs(extract(epoch FROM (now() AT TIME ZONE 'UTC') - created_at)) < 60 AS filled FROM users
       WHERE id = $1 AND email = 'new@example.com' AND encrypted_password = '' AND updated_at = created_at`,
      [user.id],
    );
    expect(row?.filled).toBe(true);
  });

  it('links no row and inserts none while several rows share the address, exactly or by case', async () => {
    await database.sql('DROP INDEX index_users_on_email');
    const insert = `INSERT INTO users (email, created_at, updated_at, confirmed_at) VALUES ($1, now(), now(), now())`;
    for (const email of ['Twin@example.com', 'twin@example.com', 'odd@x.org', 'odd@x.org'])
      await database.sql(insert, [email]);
    const before = await snapshot();
    for (const email of ['twin@example.com', 'Twin@example.com', 'odd@x.org'])
      await expect(link(verified('sub-1', email))).rejects.toMatchObject({
        code: 'auth.account_link_conflict',
      });
    expect(await snapshot()).toEqual(before);
  });

  it('compares addresses with characters outside ASCII', async () => {
    await database.sql(`UPDATE users SET email = 'JÜRGEN@EXÄMPLE.DE' WHERE id = 29`);
    expect((await link(verified('sub-1', 'jürgen@exämple.de'))).id).toBe(29);
  });

  it('returns the same row to 100 concurrent sign-ins of one user', async () => {
    const linking = await linkingWith();
    const all = await Promise.all(
      Array.from({ length: 100 }, () => linking.link(verified('sub-1', 'ada@example.com'))),
    );
    expect(new Set(all.map(({ id }) => id))).toEqual(new Set([1]));
  });
});

describe('AccountLinkingService on a table of Usher', () => {
  beforeEach(async () => {
    database = await createDatabase();
    await linkingWith();
  });

  it('inserts one row for 100 concurrent first sign-ins of an unknown user', async () => {
    const linking = await linkingWith();
    const all = await Promise.all(
      Array.from({ length: 100 }, () => linking.link(verified('sub-1', 'new@example.com'))),
    );
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(await rowsOf('new@example.com')).toHaveLength(1);
  });

  it('links only one of two subs with the same address', async () => {
    const linking = await linkingWith();
    const both = await Promise.allSettled([
      linking.link(verified('sub-1', 'new@example.com')),
      linking.link(verified('sub-2', 'new@example.com')),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await rowsOf('new@example.com')).toHaveLength(1);
  });

  it('erases the legacy hash unless LEGACY_HASH is keep', async () => {
    const insert = `INSERT INTO users (email, encrypted_password, confirmed_at, created_at, updated_at) VALUES ($1, 'hash', now(), now(), now())`;
    await database.sql(insert, ['a@example.com']);
    await database.sql(insert, ['b@example.com']);
    await link(verified('sub-1', 'a@example.com'));
    await link(verified('sub-2', 'b@example.com'), 'keep');
    expect((await rowsOf('a@example.com'))[0]?.encrypted_password).toBe('');
    expect((await rowsOf('b@example.com'))[0]?.encrypted_password).toBe('hash');
  });
});
