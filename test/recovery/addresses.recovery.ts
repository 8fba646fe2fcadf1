import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  confirm,
  decomposed,
  inPool,
  legacyUser,
  oldPassword,
  password,
  reset,
  rowsLike,
  spellingsOf,
} from '../support/builders/addresses.js';
import { apiClient } from '../support/drivers/api-client.js';
import { allMailsSent, mailedToken } from '../support/drivers/mails.js';
import { createPoolUser, lastCode, poolPassword } from '../support/builders/pool-users.js';
import { bearer } from '../support/drivers/sessions.js';
import { until } from '../support/drivers/until.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher();

describe('a new address', () => {
  it.each([
    '<x@y.example>',
    'X <x@y.example>',
    'mailto:x@y.example',
    'x@y.example,z@y.example',
    'x@y.example;z@y.example',
    'x(comment)@y.example',
    'x\\@y.example',
    '"x"@y.example',
    'x@[192.0.2.1]',
    'x@0x7f.1',
    'x@https://evil.example/click',
    'x@evil.example/click',
    'x@evil.example?y.example',
    'x@evil.example#y.example',
    'x@localhost',
    'x@y.example.',
    `${'x'.repeat(65)}@y.example`,
    `x@${'y'.repeat(64)}.example`,
    `x@${'y.'.repeat(130)}example`,
  ])('is refused at a sign-up and at a change of address: %s', async (email) => {
    const { body: tokens } = await usher.api.signIn('ada@example.com', 'correct horse battery staple');
    const answers = [
      await usher.api.post('/users', { email, password, passwordConfirmation: password }),
      await usher.api.call('PUT', '/users/me/email', {
        body: { email, currentPassword: 'correct horse battery staple' },
        headers: bearer(tokens.tokens?.accessToken ?? ''),
      }),
    ];
    for (const { status, body } of answers)
      expect({ status, code: body.code, fields: body.errors?.map(({ field }) => field) }).toEqual({
        status: 422,
        code: 'request.invalid',
        fields: ['email'],
      });
    expect(await usher.database.sql('SELECT 1 FROM usher.outbox')).toEqual([]);
    expect(usher.mail.messages()).toEqual([]);
  });
});

describe('an address that only the legacy table accepts', () => {
  it.each(['ada..lovelace.@docomo.example', 'x@ex_ample.example'])('%s signs in', async (email) => {
    await legacyUser(usher, email);
    expect((await usher.api.signIn(email, oldPassword)).status).toBe(200);
    expect((await usher.api.post('/passwords/forgot', { email })).status).toBe(202);
  });

  it.each(['intern@localhost', `${'x'.repeat(65)}@y.example`])('%s signs in and resets', async (email) => {
    await legacyUser(usher, email);
    expect((await usher.api.signIn(email, oldPassword)).status).toBe(200);
    expect((await usher.api.post('/passwords/forgot', { email })).status).toBe(202);
    const code = await lastCode(usher, email);
    expect((await reset(usher.api, email, code)).status).toBe(204);
    expect((await usher.api.signIn(email, password)).status).toBe(200);
  });

  it('is refused like any other unknown address, without a server error', async () => {
    const unknown = await usher.api.signIn('unknown@example.com', 'wrong');
    const { requestId: _id, ...refusal } = unknown.body;
    for (const email of [
      '"quoted blank"@y.example',
      'two..dots@y.example',
      'x@localhost',
      `${'x'.repeat(120)}@${'y.'.repeat(50)}example`,
      `${'ü'.repeat(60)}@ü.example`,
      '😀@y.example',
    ]) {
      const { status, body } = await usher.api.signIn(email, 'wrong');
      const { requestId: _other, ...rest } = body;
      expect({ email, status, rest }).toEqual({ email, status: 401, rest: refusal });
      expect((await usher.api.post('/passwords/forgot', { email })).status).toBe(202);
      expect((await reset(usher.api, email, '123456')).body.code).toMatch(/^passwords\.code_/);
      expect((await usher.api.post('/users/confirmation', { email })).status).toBe(202);
    }
  });
});

describe('one address in 17 spellings', () => {
  it('counts as one account in the mail limits, and has one row and one mailbox', async () => {
    const limited = await usher.startProcess({ RATE_LIMITS: 'on' });
    const api = apiClient(limited.url);
    const spellings = spellingsOf('many');
    expect(new Set(spellings).size).toBe(17);
    for (const route of ['/users', '/users/confirmation', '/passwords/forgot', '/auth/sign-in'] as const) {
      await usher.database.sql('DELETE FROM usher.rate_limits');
      const statuses = [];
      for (const email of spellings) {
        const body = { email, password, passwordConfirmation: password };
        const sent = { '/users': body, '/auth/sign-in': { email, password } };
        statuses.push(
          (
            await api.post(
              route,
              { '/users/confirmation': { email }, '/passwords/forgot': { email }, ...sent }[route],
            )
          ).status,
        );
      }
      const accepted = route === '/auth/sign-in' ? 401 : 202;
      expect({ route, statuses }).toEqual({
        route,
        statuses: [...Array<number>(5).fill(accepted), ...Array<number>(12).fill(429)],
      });
    }
    await allMailsSent(usher);
    const to = usher.mail.messages().filter((mail) => mail.to.some((address) => address.startsWith('many')));
    expect(to.length).toBeLessThanOrEqual(5);
    expect(await rowsLike(usher, 'many')).toEqual([{ email: 'manyü@xn--exmple-cua.example', sub: null }]);
  });

  it('counts as one account for wrong passwords at POST /aws/auth', async () => {
    const callMigrationEndpoint = (email: string, tried: string) =>
      usher.api.post('/aws/auth', { email, password: tried, access_token: usher.migrationToken });
    await legacyUser(usher, 'guessedü@exämple.example');
    for (const [n, email] of spellingsOf('guessed').entries())
      await callMigrationEndpoint(email, `wrong-${n}`);
    const counted = await usher.database.sql<{ failures: number }>(
      'SELECT failures FROM usher.account_failures WHERE locked_until > now()',
    );
    expect(counted).toHaveLength(1);
    expect((await callMigrationEndpoint('guessedü@exämple.example', oldPassword)).body.success).toBe(false);
  });

  it('is one user at sign-up, confirmation, sign-in and reset', async () => {
    const spellings = spellingsOf('person');
    for (const email of spellings) {
      const { status } = await usher.api.post('/users', { email, password, passwordConfirmation: password });
      expect(status).toBe(202);
    }
    expect(await rowsLike(usher, 'person')).toHaveLength(1);
    const stored = 'personü@xn--exmple-cua.example';
    await until(() =>
      usher.mail.messages().some(({ to }) => to.some((address) => address.startsWith('person'))),
    );
    const to = usher.mail.messages().find((mail) => mail.to.some((address) => address.startsWith('person')))
      ?.to[0];
    expect((await confirm(usher, await mailedToken(usher, to ?? ''))).status).toBe(204);
    for (const email of spellings) expect((await usher.api.signIn(email, password)).status).toBe(200);
    expect(await inPool(usher, 'person')).toEqual([stored]);
    expect((await rowsLike(usher, 'person')).map(({ email }) => email)).toEqual([stored]);
  });
});

describe('a change of address', () => {
  it('to another spelling of the current address changes nothing, and its notice has no link', async () => {
    await legacyUser(usher, 'ownü@exämple.example');
    const { body } = await usher.api.signIn('ownü@exämple.example', oldPassword);
    const change = (email: string) =>
      usher.api.call('PUT', '/users/me/email', {
        body: { email, currentPassword: oldPassword },
        headers: bearer(body.tokens?.accessToken ?? ''),
      });
    expect((await change('OWNÜ@xn--exmple-cua.example')).status).toBe(202);
    const pendingAddresses = () =>
      usher.database.sql<{ email: string }>(
        `SELECT unconfirmed_email AS email FROM users WHERE email LIKE 'ownü@%'`,
      );
    expect(await pendingAddresses()).toEqual([{ email: null }]);
    expect((await change('fresh@exämple.example')).status).toBe(202);
    expect(await pendingAddresses()).toEqual([{ email: 'fresh@xn--exmple-cua.example' }]);
    const notice = await usher.mail.waitFor(({ text }) => text.includes('f***@'));
    expect(notice.text).toContain('f***@xn--exmple-cua.example');
  });
});

describe('an address in ASCII', () => {
  beforeEach(() => allMailsSent(usher));

  it('needs no additional request to Cognito', async () => {
    let before = usher.proxy.arrived.length;
    await usher.api.signIn('ada@example.com', 'correct horse battery staple');
    expect(usher.proxy.arrived.slice(before)).toEqual(['InitiateAuth']);
    before = usher.proxy.arrived.length;
    await usher.api.post('/passwords/forgot', { email: 'ada@example.com' });
    expect(usher.proxy.arrived.slice(before)).toEqual(['AdminGetUser', 'ForgotPassword']);
  });
});

describe('the user search of administrators', () => {
  it('finds a complete address in any spelling', async () => {
    await legacyUser(usher, 'soughtü@exämple.example');
    await createPoolUser(usher, 'seeker@example.com');
    await usher.api.signIn('seeker@example.com', poolPassword);
    await usher.database.sql(`UPDATE users SET usher_roles = '{admin}' WHERE email = 'seeker@example.com'`);
    const { body } = await usher.api.signIn('seeker@example.com', poolPassword);
    for (const search of [
      'soughtü@xn--exmple-cua.example',
      decomposed('SOUGHTÜ@exämple.example'),
      'soughtü@exä',
    ]) {
      const { body: found } = await usher.api.get(
        `/admin/users?search=${encodeURIComponent(search)}`,
        bearer(body.tokens?.accessToken ?? ''),
      );
      expect((found.users as { email: string }[]).map(({ email }) => email)).toEqual([
        'soughtü@exämple.example',
      ]);
    }
  });
});
