import { AdminGetUserCommand } from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AdminUserResponse, UserId } from '#contracts';
import { StartError } from '../../src/common/config/config-namespace.js';
import {
  dataSourceOptions,
  migrate,
  openDataSource,
  openMigratedDataSource,
} from '../../src/common/database/data-source.js';
import { User } from '../../src/users/user.entity.js';
import { createPoolUser, poolPassword } from '../support/builders/pool-users.js';
import { type AdoptedTable, adoptedTables, oldPassword, people } from '../support/drivers/adopted-tables.js';
import { runCommand } from '../support/drivers/command.js';
import { createDatabase } from '../support/drivers/database.js';
import { allMailsSent, mailedToken, requestCode, subjectsTo } from '../support/drivers/mails.js';
import { bearer, signInWithTokens } from '../support/drivers/sessions.js';
import { until } from '../support/drivers/until.js';
import { startUsher, type Usher } from '../support/drivers/usher.js';

const [ada = '', bob = '', cleo = '', dora = ''] = people;
const newPassword = 'a-new-password-1';
const chosen = { password: newPassword, passwordConfirmation: newPassword };

const ours = /^(cognito|usher)_/;
const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/** A well-formed key that no row has, keys that no row can have, by the type of the key. */
const otherIds: Record<AdoptedTable['idType'], { unknown: string[]; impossible: string[] }> = {
  bigint: { unknown: ['31999', '-5'], impossible: ['9223372036854775808', '1e3', '7x', '07', '%00'] },
  uuid: {
    unknown: ['0b0e4ba0-5d0e-4d3a-9a53-3a7f4f6f0d11'],
    impossible: ['0b0e4ba0-5d0e-4d3a-9a53-3a7f4f6f0d1g', '7', '9007199254740992', '%00', 'x'.repeat(300)],
  },
  text: { unknown: ['7', '9007199254740992', 'x'.repeat(255)], impossible: ['x'.repeat(256), '%00'] },
};

describe.each(adoptedTables)('an adopted table with $what', (table) => {
  let usher: Usher;
  /** Rows of the old application's columns before the start. */
  let columnsBefore: unknown[];
  let rowsBefore: unknown[];
  let ids: Map<string, string>;
  let admin: { headers: Record<string, string>; id: UserId };

  const oldColumns = async () =>
    (
      await usher.database.sql<{ name: string }>(
        `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull, pg_get_expr(adbin, adrelid) AS fallback
         FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
         WHERE attrelid = 'users'::regclass AND attnum > 0 ORDER BY attnum`,
      )
    ).filter(({ name }) => !ours.test(name));
  const oldRows = () =>
    usher.database.sql(
      `SELECT to_jsonb(users) - ARRAY(SELECT attname::text FROM pg_attribute
         WHERE attrelid = 'users'::regclass AND attname ~ '^(cognito|usher)_') AS row FROM users ORDER BY email`,
    );
  const jsonId = (email: string): UserId => {
    const id = ids.get(email) ?? 'no such person';
    return table.idKind === 'number' ? Number(id) : id;
  };
  const find = (id: UserId) => usher.api.get(`/admin/users/${encodeURIComponent(id)}`, admin.headers);
  const signUp = (email: string) =>
    usher.api.post('/users', { email, ...chosen, firstName: 'Nina', lastName: 'Neu' });
  const confirm = async (email: string, password?: string) =>
    (
      await usher.api.call('PUT', '/users/confirmation', {
        body: { token: await mailedToken(usher, email), ...(password && { password }) },
      })
    ).status;

  beforeAll(async () => {
    const database = await table.create();
    usher = { database } as Usher;
    columnsBefore = await oldColumns();
    rowsBefore = await oldRows();
    usher = await startUsher({ database });
    const rows = await database.sql<{ email: string; id: string }>('SELECT email, id::text AS id FROM users');
    ids = new Map(rows.map(({ email, id }) => [email, id]));
    await database.sql(`UPDATE users SET usher_roles = '{admin}' WHERE email = $1`, [ada]);
  }, 60_000);
  afterAll(() => usher.close());

  it('keeps the columns and rows of the old application, and adds what is absent', async () => {
    expect(await oldColumns()).toEqual(columnsBefore);
    expect(await oldRows()).toEqual(rowsBefore);
    const added = await usher.database.sql<{ name: string; omitted: boolean }>(
      `SELECT attname AS name, NOT attnotnull OR atthasdef AS omitted FROM pg_attribute
       WHERE attrelid = 'users'::regclass AND attname ~ '^(cognito|usher)_' ORDER BY attname`,
    );
    expect(added.filter(({ omitted }) => !omitted)).toEqual([]);
    const optional = /^usher_(confirmed_at|first_name|last_name|unconfirmed_email)$/;
    expect(added.map(({ name }) => name).filter((name) => optional.test(name))).toEqual(table.own);
    const idColumns = await usher.database.sql<{ type: string }>(
      `SELECT DISTINCT data_type AS type FROM information_schema.columns
       WHERE table_schema = 'usher' AND column_name IN ('user_id', 'actor_id', 'allowed_by') AND table_name <> 'deleted_agreements'`,
    );
    expect(idColumns).toEqual([{ type: table.idType }]);
  });

  it('migrates at the first sign-in, with the id of the row', async () => {
    const asked = await usher.api.post('/aws/auth', {
      ...{ email: ada, password: oldPassword, access_token: usher.migrationToken },
    });
    expect(asked.body).toMatchObject({
      id: jsonId(ada),
      user_exists: true,
      success: true,
      email_verified: true,
    });
    const { status, body } = await usher.api.signIn(ada.toUpperCase(), oldPassword);
    expect(status).toBe(200);
    expect(body.user).toMatchObject({ id: jsonId(ada), email: ada, roles: ['admin'] });
    admin = { id: jsonId(ada), headers: bearer(body.tokens?.accessToken ?? '') };
    const { UserAttributes = [] } = await usher.cognito.send(
      new AdminGetUserCommand({ UserPoolId: usher.userPoolId, Username: ada }),
    );
    const attribute = UserAttributes.find(({ Name }) => Name === 'custom:rails_app_id');
    expect(attribute?.Value).toBe(ids.get(ada));
    expect((await usher.api.signIn(bob, 'a-wrong-password')).status).toBe(401);
    const [row] = await usher.database.sql(
      'SELECT usher_migration_state AS state FROM users WHERE email = $1',
      [ada],
    );
    expect(row).toEqual({ state: 'migrated' });
  });

  it('keeps names, sessions and the profile', async () => {
    const { accessToken, refreshToken } = await signInWithTokens(usher.api, {
      email: bob,
      password: oldPassword,
    });
    const headers = bearer(accessToken);
    const changed = await usher.api.call('PATCH', '/users/me', {
      body: { firstName: 'Bob', lastName: 'Ross', profile: { theme: 'dark' } },
      headers,
    });
    expect(changed.body).toMatchObject({ id: jsonId(bob), firstName: 'Bob', lastName: 'Ross' });
    expect((await usher.api.get('/users/me', headers)).body).toMatchObject({
      firstName: 'Bob',
      lastName: 'Ross',
    });
    const refreshed = await usher.api.post('/auth/refresh', { refreshToken });
    expect(refreshed.status).toBe(200);
    expect((await usher.api.post('/auth/sign-out', { refreshToken })).status).toBe(204);
  });

  it('shows administrators each row by its id, and refuses impossible ids', async () => {
    const { status, body } = await find(jsonId(bob));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ id: jsonId(bob), legacyId: ids.get(bob), email: bob, firstName: 'Bob' },
      ...{ confirmed: true, locked: false, blocked: false, disabled: false, erasure: null },
    });
    const hasTime = columnsBefore.some((column) => (column as { name: string }).name === 'created_at');
    expect(typeof body.createdAt === 'string').toBe(hasTime);
    const { unknown, impossible } = otherIds[table.idType];
    for (const id of [...unknown, ...impossible])
      expect({ id, status: (await usher.api.get(`/admin/users/${id}`, admin.headers)).status }).toEqual({
        id,
        status: 404,
      });
    const disabled = await usher.api.post(`/admin/users/${unknown[0]}/disable`, {}, admin.headers);
    expect(disabled.status).toBe(404);
  });

  it('pages through all rows', async () => {
    const found: UserId[] = [];
    let next: string | null = '';
    while (next !== null) {
      const { status, body } = await usher.api.get(
        `/admin/users?limit=1${next && `&after=${next}`}`,
        admin.headers,
      );
      expect(status).toBe(200);
      found.push(...(body.users as AdminUserResponse[]).map(({ id }) => id));
      next = body.next as string | null;
    }
    expect(new Set(found).size).toBe(ids.size);
    expect(found.length).toBe(ids.size);
    const forged = Buffer.from(JSON.stringify(['a', { id: 1 }])).toString('base64url');
    expect((await usher.api.get(`/admin/users?after=${forged}`, admin.headers)).status).toBeLessThan(500);
  });

  it('disables and enables, and lists both in the audit log of the row', async () => {
    const path = `/admin/users/${encodeURIComponent(jsonId(bob))}`;
    expect((await usher.api.post(`${path}/disable`, {}, admin.headers)).status).toBe(204);
    expect((await usher.api.signIn(bob, oldPassword)).status).toBe(401);
    expect((await usher.api.post(`${path}/enable`, {}, admin.headers)).status).toBe(204);
    expect((await usher.api.signIn(bob, oldPassword)).status).toBe(200);
    const self = await usher.api.post(
      `/admin/users/${encodeURIComponent(admin.id)}/disable`,
      {},
      admin.headers,
    );
    expect(self.status).toBe(403);
    const { body } = await usher.api.get(
      `/admin/audit?user=${encodeURIComponent(jsonId(bob))}`,
      admin.headers,
    );
    expect(body.entries).toMatchObject([
      { action: 'enable', userId: jsonId(bob), actorId: admin.id },
      { action: 'disable', userId: jsonId(bob), actorId: admin.id },
      { action: 'update-profile', userId: jsonId(bob) },
    ]);
    for (const id of otherIds[table.idType].impossible.filter((text) => text !== '%00')) {
      const { status } = await usher.api.get(`/admin/audit?user=${id}`, admin.headers);
      expect({ id, status }).toEqual({ id, status: 422 });
    }
  });

  it('resets a password, after which the old hash no longer counts', async () => {
    const code = await requestCode(usher, cleo);
    const reset = await usher.api.post('/passwords/reset', { code, ...chosen, email: cleo });
    expect(reset.status).toBe(204);
    expect((await usher.api.signIn(cleo, oldPassword)).status).toBe(401);
    expect((await usher.api.signIn(cleo, newPassword)).body.user).toMatchObject({ id: jsonId(cleo) });
    const [row] = await usher.database.sql('SELECT encrypted_password FROM users WHERE email = $1', [cleo]);
    expect(row).toEqual({ encrypted_password: '' });
  });

  it('changes an address once it is confirmed', async () => {
    const { accessToken } = await signInWithTokens(usher.api, { email: cleo, password: newPassword });
    const asked = await usher.api.call('PUT', '/users/me/email', {
      body: { email: 'cleo@new.example', currentPassword: newPassword },
      headers: bearer(accessToken),
    });
    expect(asked.status).toBe(202);
    const me = await usher.api.get('/users/me', bearer(accessToken));
    expect(me.body).toMatchObject({ email: cleo, unconfirmedEmail: 'cleo@new.example' });
    expect(await confirm('cleo@new.example')).toBe(204);
    const { body } = await usher.api.signIn('cleo@new.example', newPassword);
    expect(body.user).toMatchObject({ id: jsonId(cleo), email: 'cleo@new.example' });
    expect((await find(jsonId(cleo))).body).toMatchObject({ unconfirmedEmail: null });
  });

  if (table.closed) {
    it('inserts nobody, says so at the start and answers as ever', async () => {
      const warning = usher.logLines().filter((line) => line.includes('sign-up is off'));
      expect(warning).toHaveLength(1);
      expect(warning[0]).toContain('tenant_id');
      expect((await signUp('nina@new.example')).status).toBe(202);
      await createPoolUser(usher, 'only-there@new.example');
      const { status, body } = await usher.api.signIn('only-there@new.example', poolPassword);
      expect({ status, code: body.code }).toEqual({ status: 409, code: 'auth.account_link_conflict' });
      await allMailsSent(usher);
      expect(subjectsTo(usher, 'nina@new.example')).toEqual([]);
      expect(
        await usher.database.sql(
          `SELECT 1 FROM users WHERE email LIKE '%@new.example' AND email NOT LIKE 'cleo%'`,
        ),
      ).toEqual([]);
    });
  } else {
    it('keeps a sign-up of its own unconfirmed until the click', async () => {
      const email = 'nina@new.example';
      expect((await signUp(email)).status).toBe(202);
      await allMailsSent(usher);
      const asked = { email, password: newPassword, access_token: usher.migrationToken };
      expect((await usher.api.post('/aws/auth', asked)).body).toMatchObject({
        ...{ success: false, email_verified: false, password_reset_allowed: false },
      });
      expect((await usher.api.signIn(email, newPassword)).status).toBe(401);
      const [row] = await usher.database.sql<{ id: string }>(
        'SELECT id::text AS id FROM users WHERE email = $1',
        [email],
      );
      const id = table.idKind === 'number' ? Number(row?.id) : (row?.id ?? '');
      expect((await find(id)).body).toMatchObject({ confirmed: false, legacyId: row?.id });
      if (table.idType !== 'bigint') expect(row?.id).toMatch(uuid);
      expect(await confirm(email, 'another-password-1')).toBe(401);
      expect(await confirm(email, newPassword)).toBe(204);
      const { body } = await usher.api.signIn(email, newPassword);
      expect(body.user).toMatchObject({ id, firstName: 'Nina', lastName: 'Neu' });
    });

    it('gives a pool user without a row one that is confirmed', async () => {
      await createPoolUser(usher, 'only-there@new.example');
      const { status, body } = await usher.api.signIn('only-there@new.example', poolPassword);
      expect(status).toBe(200);
      expect((await find(body.user?.id ?? 0)).body).toMatchObject({
        confirmed: true,
        sub: expect.any(String),
      });
    });

    it('clears the names and the hash of an unconfirmed row when its owner signs in from the pool', async () => {
      const email = 'owner@new.example';
      await signUp(email);
      const [names, confirmed] = ['first_name', 'confirmed_at'].map((name) =>
        table.own.includes(`usher_${name}`) ? `usher_${name}` : name,
      );
      await usher.database.sql(
        `UPDATE users SET encrypted_password = 'of a stranger', ${names} = 'Stranger' WHERE email = $1 AND ${confirmed} IS NULL`,
        [email],
      );
      await createPoolUser(usher, email);
      const { body } = await usher.api.signIn(email, poolPassword);
      expect(body.user).toMatchObject({ email, firstName: null });
      const [row] = await usher.database.sql(
        `SELECT encrypted_password AS hash, ${confirmed} IS NOT NULL AS confirmed FROM users WHERE email = $1`,
        [email],
      );
      expect(row).toEqual({ hash: '', confirmed: true });
    });
  }

  it('counts everybody in progress, and as a recount does', async () => {
    const counts = () =>
      usher.database.sql(
        `SELECT state, reason, sum(people)::int AS people FROM usher.migration_counts
         GROUP BY state, reason HAVING sum(people) <> 0 ORDER BY state, reason`,
      );
    const kept = await counts();
    await usher.database.sql('SELECT usher.recount_migration()');
    expect(await counts()).toEqual(kept);
    expect(kept).toContainEqual({ state: 'legacy', reason: null, people: expect.any(Number) });
    expect((await usher.api.get('/migration/progress', admin.headers)).status).toBe(200);
  });

  it('counts people whom the old application inserts from now on as its own', async () => {
    const [hash] = await usher.database.sql<{ hash: string }>(
      `SELECT encrypted_password AS hash FROM users WHERE email = $1`,
      [dora],
    );
    const copied = (await oldColumns())
      .map(({ name }) => name)
      .filter((name) => !['id', 'email', 'encrypted_password'].includes(name) && !name.endsWith('_token'));
    const [id] = table.idType === 'text' ? [`'later'`] : [undefined];
    const names = [...(id === undefined ? [] : ['id']), 'email', 'encrypted_password', ...copied];
    const values = [...(id === undefined ? [] : [id]), `'later@old.example'`, '$2', ...copied];
    await usher.database.sql(
      `INSERT INTO users (${names.join(', ')}) SELECT ${values.join(', ')} FROM users WHERE email = $1`,
      [dora, hash?.hash],
    );
    expect((await usher.api.signIn('later@old.example', oldPassword)).status).toBe(200);
  });

  it('compares the table with the pool', async () => {
    const { status, out, err } = await runCommand(['migration', 'reconcile', '--json'], {
      ...usher.variables,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
    expect({ status, out, err }).toMatchObject({
      status: expect.any(Number),
      err: expect.not.stringContaining('failed'),
    });
    expect(status).not.toBe(1);
  });

  it('deletes a user', async () => {
    const path = `/admin/users/${encodeURIComponent(jsonId(bob))}`;
    const { status } = await usher.api.call('DELETE', path, {
      headers: admin.headers,
      body: { password: oldPassword },
    });
    expect(status).toBe(202);
    await until(async () => (await find(jsonId(bob))).body.erasure === 'done');
    expect((await find(jsonId(bob))).body).toMatchObject({
      ...{ firstName: null, lastName: null, email: `erased-${ids.get(bob)}@erased.invalid` },
    });
    expect((await usher.api.signIn(bob, oldPassword)).status).toBe(401);
  });
});

it('goes on with its own column when the old application drops one', async () => {
  const database = await (adoptedTables[5] as AdoptedTable).create();
  const usher = await startUsher({ database });
  try {
    await signInWithTokens(usher.api, { email: ada, password: oldPassword });
    const email = 'nina@new.example';
    expect((await usher.api.post('/users', { email, ...chosen })).status).toBe(202);
    await database.sql('ALTER TABLE users DROP COLUMN confirmed_at, DROP COLUMN updated_at');
    expect((await usher.api.signIn(bob, oldPassword)).status).toBe(200);
    const rows = await database.sql(
      `SELECT email, usher_confirmed_at IS NOT NULL AS confirmed FROM users WHERE email IN ($1, $2) ORDER BY email`,
      [bob, email],
    );
    expect(rows).toEqual([
      { email: bob, confirmed: true },
      { email, confirmed: false },
    ]);
  } finally {
    await usher.close();
  }
}, 60_000);

describe('a users table that Usher may not change', () => {
  it.each([
    [
      'a view',
      [
        'CREATE TABLE people (id bigint, email text, encrypted_password text)',
        'CREATE VIEW users AS TABLE people',
      ],
      'it is a view',
    ],
    [
      'a table with another key',
      ['CREATE TABLE users (id numeric PRIMARY KEY, email text, encrypted_password text)'],
      'its id has the type numeric',
    ],
    [
      'a table without a key',
      ['CREATE TABLE users (id bigint, email text, encrypted_password text)'],
      'its id is neither the primary key nor unique and NOT NULL',
    ],
    [
      'a table whose confirmation is no time',
      [
        'CREATE TABLE users (id bigint PRIMARY KEY, email text, encrypted_password text, confirmed_at boolean)',
      ],
      'its column confirmed_at has the type boolean',
    ],
    [
      'a table without addresses',
      ['CREATE TABLE users (id bigint PRIMARY KEY, login text, encrypted_password text)'],
      'it has no column email',
    ],
    [
      'a table whose addresses are no text',
      ['CREATE TABLE users (id bigint PRIMARY KEY, email jsonb, encrypted_password text)'],
      'its column email has the type jsonb',
    ],
  ])('stops the start with one line: %s', async (_what, statements, reason) => {
    const database = await createDatabase();
    for (const statement of statements) await database.sql(statement);
    const before = await database.sql(
      `SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace`,
    );
    const start = openMigratedDataSource(dataSourceOptions(database.url));
    await expect(start).rejects.toThrow(StartError);
    await expect(start).rejects.toThrow(reason);
    const after = `SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace`;
    expect(await database.sql(after)).toEqual(before);
    await database.drop();
  });
});

it('stops the start for a table of another owner', async () => {
  const database = await (adoptedTables[1] as AdoptedTable).create();
  const url = new URL(database.url);
  const role = `reader_${url.pathname.slice(6)}`;
  await database.sql(`CREATE ROLE ${role} LOGIN PASSWORD 'reads'`);
  await database.sql(
    `GRANT CREATE ON DATABASE ${url.pathname.slice(1)} TO ${role}; GRANT ALL ON users TO ${role}`,
  );
  Object.assign(url, { username: role, password: 'reads' });
  await expect(openMigratedDataSource(dataSourceOptions(url.href))).rejects.toThrow('does not own it');
  await database.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await database.drop();
});

it('stops inserting rows when the old application requires a column that Usher does not know', async () => {
  const database = await (adoptedTables[1] as AdoptedTable).create();
  const usher = await startUsher({ database });
  const signUp = () => usher.api.post('/users', { email: 'nina@new.example', ...chosen });
  try {
    await database.sql('ALTER TABLE users ADD COLUMN tenant_id integer');
    await database.sql('UPDATE users SET tenant_id = 1');
    await database.sql('ALTER TABLE users ALTER COLUMN tenant_id SET NOT NULL');
    expect((await signUp()).status).toBe(503);
    expect((await signUp()).status).toBe(202);
    await createPoolUser(usher, 'only-there@new.example');
    expect((await usher.api.signIn('only-there@new.example', poolPassword)).status).toBe(409);
    expect((await usher.api.signIn(ada, oldPassword)).status).toBe(200);
  } finally {
    await usher.close();
  }
}, 60_000);

it("shows administrators whom Devise's lock keeps out", async () => {
  const database = await (adoptedTables[0] as AdoptedTable).create();
  await database.sql(
    `UPDATE users SET locked_at = now() AT TIME ZONE 'UTC' - (CASE email WHEN $1 THEN interval '30 minutes' ELSE interval '2 hours' END)
     WHERE email IN ($1, $2)`,
    [bob, cleo],
  );
  const usher = await startUsher({ database });
  try {
    await database.sql(`UPDATE users SET usher_roles = '{admin}' WHERE email = $1`, [ada]);
    const { accessToken } = await signInWithTokens(usher.api, { email: ada, password: oldPassword });
    const lockedOf = async (email: string) => {
      const { body } = await usher.api.get(`/admin/users?search=${email}`, bearer(accessToken));
      return (body.users as AdminUserResponse[]).map(({ locked }) => locked);
    };
    expect(await lockedOf(bob)).toEqual([true]);
    expect(await lockedOf(cleo)).toEqual([false]);
    expect((await usher.api.signIn(bob, oldPassword)).status).toBe(401);
    expect((await usher.api.signIn(cleo, oldPassword)).status).toBe(200);
  } finally {
    await usher.close();
  }
}, 60_000);

describe('beside a users table of another application', () => {
  const foreign = 'CREATE TABLE users (id bigint PRIMARY KEY, login text)';
  const start = (url: string) =>
    openDataSource({ ...dataSourceOptions(url), entities: [User] }, (dataSource) =>
      migrate(dataSource, { adopt: false }),
    );

  it('makes and uses a table of its own, and leaves the other one as it is', async () => {
    const database = await createDatabase();
    await database.sql(foreign);
    await database.sql(`INSERT INTO users VALUES (1, 'ada')`);
    // The second start finds the table.
    for (const count of [0, 1]) {
      const dataSource = await start(database.url);
      const users = dataSource.getRepository(User);
      expect(await users.count()).toBe(count);
      await dataSource.query(
        `INSERT INTO users (email, created_at, updated_at) VALUES ('ada@example.com', now(), now()) ON CONFLICT DO NOTHING`,
      );
      expect(await users.findOneBy({ email: 'ada@example.com' })).toMatchObject({
        legacyId: null,
        confirmed: false,
      });
      await dataSource.destroy();
    }
    const columns = await database.sql(
      `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'public.users'::regclass AND attnum > 0`,
    );
    expect(columns).toEqual([{ name: 'id' }, { name: 'login' }]);
    expect(await database.sql('SELECT * FROM public.users')).toEqual([{ id: '1', login: 'ada' }]);
    await database.drop();
  });

  it('makes public.users where that name is free', async () => {
    const database = await createDatabase();
    await (await start(database.url)).destroy();
    const found = await database.sql(
      `SELECT to_regclass('public.users') AS ours, to_regclass('usher.users') AS beside`,
    );
    expect(found).toEqual([{ ours: 'users', beside: null }]);
    await database.drop();
  });
});
