import { describe, expect, it } from '@jest/globals';
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
  withoutCredentials,
} from '../support/builders/addresses.js';
import { createPoolUser, lastCode, poolPassword } from '../support/builders/pool-users.js';
import { bearer } from '../support/drivers/sessions.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher();

describe('a legacy user', () => {
  it.each([
    ['U-label', 'nameu', 'nameuü@exämple.example'],
    ['A-label', 'namea', 'nameaü@xn--exmple-cua.example'],
    ['NFD', 'named', decomposed('namedü@exämple.example')],
    ['capitals', 'namec', 'NamecÜ@Exämple.example'],
  ])(
    'with the address as %s signs in with any spelling, and stays as adopted',
    async (_form, name, stored) => {
      await legacyUser(usher, stored);
      const answers = [];
      for (const email of spellingsOf(name)) answers.push(await usher.api.signIn(email, oldPassword));
      expect(answers.map(({ status }) => status)).toEqual(Array<number>(17).fill(200));
      expect(new Set(answers.map(({ body }) => body.user?.id)).size).toBe(1);
      expect(await inPool(usher, name)).toEqual([`${name}ü@xn--exmple-cua.example`]);
      const [row] = await usher.database.sql<{ email: string }>('SELECT email FROM users WHERE email = $1', [
        stored,
      ]);
      expect(row?.email).toBe(stored);
    },
  );

  it('becomes one pool user with concurrent first sign-ins', async () => {
    await legacyUser(usher, 'crowdü@exämple.example');
    const api = await withoutCredentials(usher);
    const answers = await Promise.all(
      spellingsOf('crowd').map((email, n) => (n % 2 ? api : usher.api).signIn(email, oldPassword)),
    );
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    expect(answers.every(({ status }) => status === 200 || status === 503)).toBe(true);
    expect(await inPool(usher, 'crowd')).toEqual(['crowdü@xn--exmple-cua.example']);
  });

  it('resets the password with any spelling, and is one pool user', async () => {
    await legacyUser(usher, 'resetü@exämple.example');
    expect((await usher.api.post('/passwords/forgot', { email: 'resetü@exämple.example' })).status).toBe(202);
    const code = await lastCode(usher, 'resetü@xn--exmple-cua.example');
    expect((await reset(usher.api, decomposed('resetü@exämple.example'), code)).status).toBe(204);
    expect((await usher.api.signIn('RESETÜ@exämple.example', password)).status).toBe(200);
    expect(await inPool(usher, 'reset')).toEqual(['resetü@xn--exmple-cua.example']);
  });

  it('keeps the legacy password after a stranger has requested a reset in another spelling', async () => {
    await legacyUser(usher, 'restoreü@exämple.example');
    const stranger = { email: decomposed('restoreü@exämple.example') };
    expect((await usher.api.post('/passwords/forgot', stranger)).status).toBe(202);
    expect((await usher.api.signIn('restoreü@exämple.example', oldPassword)).status).toBe(200);
    expect(await inPool(usher, 'restore')).toHaveLength(1);
  });
});

describe('a user whose pool username is another spelling of the address', () => {
  const known = (name: string) => `${name}ü@exämple.example`;
  const other = (name: string) => `${name}ü@xn--exmple-cua.example`;

  it('is requested from the pool by that spelling, and no second pool user is created', async () => {
    await legacyUser(usher, other('poolu'));
    const sub = await createPoolUser(usher, known('poolu'));
    for (const email of [other('poolu'), known('poolu'), decomposed(known('poolu'))])
      expect((await usher.api.signIn(email, poolPassword)).status).toBe(200);
    expect(await inPool(usher, 'poolu')).toEqual([known('poolu')]);
    expect(await rowsLike(usher, 'poolu')).toEqual([{ email: other('poolu'), sub }]);
  });

  it('is not migrated with the legacy password', async () => {
    await legacyUser(usher, other('poolm'));
    await createPoolUser(usher, known('poolm'));
    expect((await usher.api.signIn(other('poolm'), oldPassword)).status).toBe(401);
    expect(await inPool(usher, 'poolm')).toEqual([known('poolm')]);
  });

  it('is found by the sub after the row is linked, also without AWS credentials', async () => {
    await legacyUser(usher, other('pools'));
    const sub = await createPoolUser(usher, known('pools'));
    expect((await usher.api.signIn(other('pools'), poolPassword)).status).toBe(200);
    const api = await withoutCredentials(usher);
    const before = usher.proxy.calls.length;
    expect((await api.signIn(other('pools'), poolPassword)).status).toBe(200);
    expect((await api.post('/passwords/forgot', { email: other('pools') })).status).toBe(202);
    const named = usher.proxy.calls
      .slice(before)
      .map(({ operation, request }) => [
        operation,
        (request.AuthParameters as { USERNAME: string } | undefined)?.USERNAME ?? request.Username,
      ]);
    expect(named).toEqual([
      ['InitiateAuth', sub],
      ['ForgotPassword', sub],
    ]);
    const code = await lastCode(usher, known('pools'));
    expect((await reset(api, other('pools'), code)).status).toBe(204);
    expect((await api.signIn(known('pools'), password)).status).toBe(200);
  });

  it('signs in and resets without a row and without AWS credentials', async () => {
    await createPoolUser(usher, known('poolx'));
    const api = await withoutCredentials(usher);
    expect((await api.post('/passwords/forgot', { email: known('poolx') })).status).toBe(202);
    const code = await lastCode(usher, known('poolx'));
    expect((await reset(api, known('poolx'), code)).status).toBe(204);
    expect((await api.signIn(known('poolx'), 'wrong')).status).toBe(401);
    expect((await api.signIn(known('poolx'), password)).status).toBe(200);
    expect(await inPool(usher, 'poolx')).toEqual([known('poolx')]);
  });

  it('keeps the address: no other user can change to another spelling of it', async () => {
    await createPoolUser(usher, known('taken'));
    await createPoolUser(usher, 'greedy-one@example.com');
    const { body } = await usher.api.signIn('greedy-one@example.com', poolPassword);
    const changed = await usher.api.call('PUT', '/users/me/email', {
      body: { email: decomposed(known('taken')), currentPassword: poolPassword },
      headers: bearer(body.tokens?.accessToken ?? ''),
    });
    expect(changed.status).toBe(202);
    const mail = await usher.mail.waitFor(
      ({ to, text }) => to.some((a) => a.startsWith('taken')) && text.includes('token='),
    );
    const { status, body: refusal } = await confirm(usher, /token=([\w-]+)/.exec(mail.text)?.[1] ?? '');
    expect({ status, code: refusal.code }).toEqual({ status: 409, code: 'auth.account_link_conflict' });
    expect(await inPool(usher, 'taken')).toEqual([known('taken')]);
  });
});

it('the pool user of a migrated user has the username of the request', async () => {
  await legacyUser(usher, 'Lambdaü@Exämple.example');
  const before = usher.proxy.calls.length;
  expect((await usher.api.signIn('lambdaü@exämple.example', oldPassword)).status).toBe(200);
  const request = usher.proxy.calls.slice(before).find(({ operation }) => operation === 'InitiateAuth');
  const { USERNAME } = request?.request.AuthParameters as { USERNAME: string };
  const { UserAttributes = [] } = await usher.cognito.adminGetUser({
    UserPoolId: usher.userPoolId,
    Username: USERNAME,
  });
  expect(USERNAME).toBe('lambdaü@xn--exmple-cua.example');
  expect(UserAttributes.find(({ Name }) => Name === 'email')?.Value).toBe(USERNAME);
});
