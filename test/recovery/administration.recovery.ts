import { beforeAll, describe, expect, it } from '@jest/globals';
import type { AdminUserResponse, AuditEntryResponse, UserId } from '#contracts';
import { apiClient } from '../support/drivers/api-client.js';
import { type Person, personWith } from '../support/builders/admins.js';
import { exception } from '../support/fakes/cognito-proxy.js';
import { poolPassword } from '../support/builders/pool-users.js';
import { ada, signInWithTokens } from '../support/drivers/sessions.js';
import { openUsher } from '../support/drivers/usher.js';

let admin: Person;
let support: Person;
let auditor: Person;
const usher = openUsher();
beforeAll(async () => {
  admin = await personWith(usher, 'the-admin@example.org', 'admin');
  support = await personWith(usher, 'the-support@example.org', 'support');
  auditor = await personWith(usher, 'the-auditor@example.org', 'auditor', 'toString');
});

const call = (who: Person, method: string, path: string, body?: unknown) =>
  usher.api.call(method, `/admin${path}`, { headers: who.headers, body });

const isEnabledInPool = async ({ sub }: Person) =>
  (await usher.cognito.adminGetUser({ UserPoolId: usher.userPoolId, Username: sub })).Enabled;

const auditOf = async ({ id }: Person) => {
  const { body } = await call(admin, 'GET', `/audit?user=${id}`);
  return (body.entries as AuditEntryResponse[]).map(({ actorId, action, details }) => ({
    actorId,
    action,
    details,
  }));
};

const find = async (query: string) => {
  const { status, body } = await call(admin, 'GET', `/users?${query}`);
  expect(status).toBe(200);
  return body as unknown as { users: AdminUserResponse[]; next: string | null };
};

describe('permissions', () => {
  it('depend on roles only', async () => {
    const someone = await personWith(usher, 'someone@example.org');
    const routes: [string, string, unknown?][] = [
      ['GET', '/users'],
      ['GET', `/users/${someone.id}`],
      ['DELETE', `/users/${someone.id}/sessions`],
      ['POST', `/users/${someone.id}/disable`],
      ['POST', `/users/${someone.id}/enable`],
      ['PUT', `/users/${someone.id}/roles`, { roles: ['admin'] }],
      ['GET', '/audit'],
      ['DELETE', `/users/${someone.id}`],
    ];
    const allowedTo = async (who: Person) => {
      const statuses: string[] = [];
      for (const [method, path, body] of routes) {
        const { status } = await call(who, method, path, body);
        statuses.push(status === 403 ? '-' : String(status));
      }
      return statuses.join(' ');
    };
    const nobody = await personWith(usher, 'nobody-special@example.org', 'toString', 'constructor', 'editor');
    expect(await allowedTo(nobody)).toBe('- - - - - - - -');
    expect(await allowedTo(auditor)).toBe('200 200 - - - - 200 -');
    expect(await allowedTo(support)).toBe('200 200 204 204 204 - - -');
    expect(await allowedTo(admin)).toBe('200 200 204 204 204 204 200 202');
    const { body } = await usher.api.get('/users/me', support.headers);
    expect(body.permissions).toEqual(['users.read', 'users.disable', 'users.mfa', 'sessions.end']);
  });

  it('do not allow support to change administrators, or administrators to change themselves', async () => {
    const other = await personWith(usher, 'other-admin@example.org', 'admin');
    for (const [method, path] of [
      ['POST', 'disable'],
      ['POST', 'enable'],
      ['DELETE', 'sessions'],
    ] as const)
      expect((await call(support, method, `/users/${other.id}/${path}`)).status).toBe(403);
    expect((await call(admin, 'POST', `/users/${admin.id}/disable`)).status).toBe(403);
    expect((await call(admin, 'DELETE', `/users/${admin.id}`)).status).toBe(403);
    expect((await call(admin, 'PUT', `/users/${admin.id}/roles`, { roles: ['support'] })).status).toBe(403);
    expect(
      (await call(admin, 'PUT', `/users/${admin.id}/roles`, { roles: ['admin', 'editor'] })).status,
    ).toBe(204);
    expect((await call(admin, 'PUT', `/users/${other.id}/roles`, { roles: [] })).status).toBe(204);
    expect((await call(other, 'GET', '/users')).status).toBe(403);
  });

  it.each([
    { roles: 'admin' },
    { roles: ['Admin'] },
    { roles: ['a', 'a'] },
    { roles: [7] },
    {},
    { roles: null },
  ])('refuses the body %j', async (body) => {
    const { status, body: problem } = await call(admin, 'PUT', `/users/${support.id}/roles`, body);
    expect({ status, field: problem.errors?.[0]?.field }).toEqual({ status: 422, field: 'roles' });
  });
});

describe('GET /admin/users', () => {
  it('finds users by the beginning of their address, page by page', async () => {
    const emails = Array.from({ length: 7 }, (_, n) => `page_${n}@example.org`);
    await usher.database.sql(
      `INSERT INTO users (email, created_at, updated_at) SELECT unnest($1::text[]), now(), now()`,
      [[...emails, 'pageX1@example.org', 'page%1@example.org']],
    );
    const found: string[] = [];
    let next: string | null = '';
    for (let pages = 0; next !== null && pages < 10; pages += 1) {
      const page = await find(`search=PAGE_&limit=3${next && `&after=${next}`}`);
      expect(page.users.length).toBeLessThanOrEqual(3);
      found.push(...page.users.map(({ email }) => email));
      next = page.next;
    }
    expect(found).toEqual(emails);
    expect((await find('search=page%25')).users.map(({ email }) => email)).toEqual(['page%1@example.org']);
  });

  it('finds a user by sub, and returns the listed members only', async () => {
    const { users } = await find(`search=${support.sub}`);
    expect(users).toEqual([
      {
        id: support.id,
        email: support.email,
        firstName: null,
        lastName: null,
        roles: ['support'],
        profile: {},
        sub: support.sub,
        legacyId: String(support.id),
        confirmed: true,
        locked: false,
        disabled: false,
        blocked: false,
        erasure: null,
        unconfirmedEmail: null,
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
    ]);
    const one = await call(admin, 'GET', `/users/${support.id}`);
    expect(one.body).toEqual(users[0]);
    expect((await call(admin, 'GET', '/users?limit=100')).text).not.toContain('$2a$');
  });

  it('returns every user once over all pages, in a stable order', async () => {
    const [{ count } = { count: '' }] = await usher.database.sql<{ count: string }>(
      'SELECT count(*) FROM users',
    );
    const ids: UserId[] = [];
    let next: string | null = '';
    while (next !== null) {
      const page = await find(`limit=4${next && `&after=${next}`}`);
      ids.push(...page.users.map(({ id }) => id));
      next = page.next;
    }
    expect(ids).toHaveLength(Number(count));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each([
    ['limit', 'limit=0'],
    ['limit', 'limit=101'],
    ['limit', 'limit=ten'],
    ['limit', 'limit=1&limit=2'],
    ['after', 'after=made-up'],
    ['after', `after=${Buffer.from('[1,2]').toString('base64url')}`],
    ['after', `after=${Buffer.from('["\\u0000",2]').toString('base64url')}`],
    ['search', `search=${'x'.repeat(255)}`],
    ['search', 'search=%00'],
    ['name', 'name=x'],
  ])('refuses an invalid %s (%s)', async (field, query) => {
    const { status, body } = await call(admin, 'GET', `/users?${query}`);
    expect({ status, fields: body.errors?.map((error) => error.field) }).toEqual({
      status: 422,
      fields: [field],
    });
  });

  it.each(['0', '-1', '1.5', 'x', '99999999999999999999', '123456789012', '%00'])(
    'returns 404 for the ID %s',
    async (id) => {
      expect((await call(admin, 'GET', `/users/${id}`)).status).toBe(404);
      expect((await call(admin, 'POST', `/users/${id}/disable`)).status).toBe(404);
      expect((await call(admin, 'DELETE', `/users/${id}`)).status).toBe(404);
    },
  );
});

describe('disabling and enabling', () => {
  it('takes effect at once in Usher and in the pool, and can be reversed', async () => {
    const person = await personWith(usher, 'barred@example.org');
    expect((await usher.api.get('/auth/sessions', person.headers)).status).toBe(200);
    expect((await call(support, 'POST', `/users/${person.id}/disable`)).status).toBe(204);
    // This route does not read the row: the session itself is revoked.
    expect((await usher.api.get('/auth/sessions', person.headers)).status).toBe(401);
    const { refreshToken } = person;
    expect((await usher.api.post('/auth/refresh', { refreshToken })).status).toBe(401);
    expect((await usher.api.signIn(person.email, poolPassword)).status).toBe(401);
    expect(await isEnabledInPool(person)).toBe(false);
    expect((await call(support, 'POST', `/users/${person.id}/disable`)).status).toBe(204);
    expect((await call(support, 'POST', `/users/${person.id}/enable`)).status).toBe(204);
    expect(await isEnabledInPool(person)).toBe(true);
    expect((await usher.api.signIn(person.email, poolPassword)).status).toBe(200);
    expect(await auditOf(person)).toEqual([
      { actorId: support.id, action: 'enable', details: {} },
      { actorId: support.id, action: 'disable', details: {} },
      { actorId: support.id, action: 'disable', details: {} },
    ]);
  });

  it('reaches other processes within two seconds', async () => {
    const other = await usher.startProcess();
    const person = await personWith(usher, 'elsewhere@example.org');
    const statusThere = async () => (await apiClient(other.url).get('/auth/sessions', person.headers)).status;
    expect(await statusThere()).toBe(200);
    await call(admin, 'POST', `/users/${person.id}/disable`);
    const until = Date.now() + 2000;
    while ((await statusThere()) === 200) expect(Date.now()).toBeLessThan(until);
    expect(await statusThere()).toBe(401);
  });

  it('disables a user at once during an outage of Cognito, and can be repeated', async () => {
    const person = await personWith(usher, 'barred-in-an-outage@example.org');
    usher.proxy.answerWith('AdminDisableUser', exception('TooManyRequestsException', 'Rate exceeded'));
    expect((await call(admin, 'POST', `/users/${person.id}/disable`)).status).toBe(503);
    expect((await usher.api.get('/auth/sessions', person.headers)).status).toBe(401);
    expect(await isEnabledInPool(person)).toBe(true);
    usher.proxy.answerWith('AdminDisableUser', undefined);
    expect((await call(admin, 'POST', `/users/${person.id}/disable`)).status).toBe(204);
    expect(await isEnabledInPool(person)).toBe(false);
  });

  it('disables a legacy user who is not in the pool', async () => {
    const [row] = await usher.database.sql<{ id: string }>('SELECT id FROM users WHERE email = $1', [
      ada.email,
    ]);
    expect((await call(admin, 'POST', `/users/${row?.id}/disable`)).status).toBe(204);
    expect((await usher.api.signIn(ada.email, ada.password)).status).toBe(401);
    expect((await call(admin, 'POST', `/users/${row?.id}/enable`)).status).toBe(204);
    expect((await usher.api.signIn(ada.email, ada.password)).status).toBe(200);
  });
});

describe('revoking sessions', () => {
  it('revokes all sessions of the user, of any client, and changes nothing else', async () => {
    const person = await personWith(usher, 'signed-out@example.org');
    const second = await signInWithTokens(usher.api, { email: person.email, password: poolPassword });
    expect((await call(support, 'DELETE', `/users/${person.id}/sessions`)).status).toBe(204);
    for (const refreshToken of [person.refreshToken, second.refreshToken])
      expect((await usher.api.post('/auth/refresh', { refreshToken })).status).toBe(401);
    expect((await usher.api.get('/users/me', person.headers)).status).toBe(401);
    expect((await usher.api.signIn(person.email, poolPassword)).status).toBe(200);
    expect((await usher.api.get('/users/me', support.headers)).status).toBe(200);
  });
});

describe('GET /admin/audit', () => {
  it('lists actors and actions, newest first, page by page', async () => {
    const ids: number[] = [];
    let next: string | null = '';
    while (next !== null) {
      const { body } = await call(auditor, 'GET', `/audit?limit=2${next && `&after=${next}`}`);
      ids.push(...(body.entries as AuditEntryResponse[]).map(({ id }) => id));
      next = body.next as string | null;
    }
    expect(ids.length).toBeGreaterThan(4);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a));
  });

  it.each(['user=x', 'after=x', 'user=-1', 'limit=0', 'user=99999999999999999999'])(
    'refuses %s',
    async (query) => {
      expect((await call(admin, 'GET', `/audit?${query}`)).status).toBe(422);
    },
  );
});
