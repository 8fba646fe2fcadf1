import { AdminGetUserCommand, ListUsersCommand } from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import bcrypt from 'bcryptjs';
import { type ApiClient, apiClient } from '../support/api-client.js';
import { allMailsSent, mailedToken } from '../support/mails.js';
import { createPoolUser, lastCode, poolPassword } from '../support/pool-users.js';
import { bearer } from '../support/sessions.js';
import { until } from '../support/until.js';
import { startUsher, type Usher } from '../support/usher.js';

let usher: Usher;
beforeAll(async () => {
  usher = await startUsher();
});
afterAll(() => usher.close());

const password = 'chosen-by-me-1';
const oldPassword = 'old-password-1';

/** A person of the old application, with the address in this spelling. */
async function legacyUser(email: string): Promise<void> {
  await usher.database.sql(
    `INSERT INTO users (email, encrypted_password, confirmed_at, created_at, updated_at)
     VALUES ($1, $2, now(), now(), now())`,
    [email, bcrypt.hashSync(oldPassword, 4).replace('$2b$', '$2a$')],
  );
}

const rowsLike = (part: string) =>
  usher.database.sql<{ email: string; sub: string | null }>(
    'SELECT email, cognito_sub AS sub FROM users WHERE email LIKE $1 ORDER BY id',
    [`%${part}%`],
  );

/** The addresses of all pool users whose address has this in it. */
async function inPool(part: string): Promise<string[]> {
  const { Users = [] } = await usher.cognito.send(new ListUsersCommand({ UserPoolId: usher.userPoolId }));
  return Users.map(
    ({ Attributes = [] }) => Attributes.find(({ Name }) => Name === 'email')?.Value ?? '',
  ).filter((email) => email.includes(part));
}

const put = (body: object) => usher.api.call('PUT', '/users/confirmation', { body });

/** A link of a sign-up may ask for the password. */
async function confirm(token: string) {
  const answer = await put({ token });
  return answer.body.code === 'passwords.blank' ? put({ token, password }) : answer;
}

const reset = (api: ApiClient, email: string, code: string) =>
  api.post('/passwords/reset', { email, code, password, passwordConfirmation: password });

const operationsSince = (count: number) => usher.proxy.arrived.slice(count);

/** A process beside this one, which finds no AWS credentials. */
async function withoutCredentials() {
  const { url } = await usher.startProcess({
    AWS_ACCESS_KEY_ID: '',
    AWS_SECRET_ACCESS_KEY: '',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_CONFIG_FILE: '/dev/null',
  });
  return apiClient(url);
}

const decomposed = (text: string) => text.normalize('NFD');

/** The same mailbox, as people, keyboards, browsers and mail programs write it. */
const spellingsOf = (name: string) => [
  `${name}ü@exämple.example`,
  `${name}ü@xn--exmple-cua.example`,
  `${name}ü@XN--EXMPLE-CUA.example`,
  `${name.toUpperCase()}Ü@EXÄMPLE.EXAMPLE`,
  ` ${name}ü@exämple.example`,
  `${name}ü@exämple.example\t`,
  `\u00a0${name}ü@exämple.example\u3000`,
  decomposed(`${name}ü@exämple.example`),
  `${decomposed(`${name}ü`)}@exämple.example`,
  `${name}ü@${decomposed('exämple.example')}`,
  `${decomposed(`${name}ü`)}@xn--exmple-cua.example`,
  decomposed(`${name}Ü@EXÄMPLE.EXAMPLE`),
  `${name}ü@exämple．example`,
  `${name}ü@exämple。example`,
  `${name}ü@ex\u00adämple.example`,
  `${name}ü@exämp\u200ble.example`,
  `${name}ü@ｅｘämple.example`,
];

describe('an address that is new', () => {
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
  ])('is no %s, at sign-up and at a change', async (email) => {
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

describe('an address that only old tables have', () => {
  it.each(['ada..lovelace.@docomo.example', 'x@ex_ample.example'])('%s signs in', async (email) => {
    await legacyUser(email);
    expect((await usher.api.signIn(email, oldPassword)).status).toBe(200);
    expect((await usher.api.post('/passwords/forgot', { email })).status).toBe(202);
  });

  it.each(['intern@localhost', `${'x'.repeat(65)}@y.example`])('%s signs in and resets', async (email) => {
    await legacyUser(email);
    expect((await usher.api.signIn(email, oldPassword)).status).toBe(200);
    expect((await usher.api.post('/passwords/forgot', { email })).status).toBe(202);
    const code = await lastCode(usher, email);
    expect((await reset(usher.api, email, code)).status).toBe(204);
    expect((await usher.api.signIn(email, password)).status).toBe(200);
  });

  it('gets the one refusal where it is unknown, and never an error of ours', async () => {
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
  it('is one account for the limits on mails, one row and one mailbox', async () => {
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
    expect(await rowsLike('many')).toEqual([{ email: 'manyü@xn--exmple-cua.example', sub: null }]);
  });

  it('is one account for wrong passwords at /aws/auth', async () => {
    const ask = (email: string, tried: string) =>
      usher.api.post('/aws/auth', { email, password: tried, access_token: usher.migrationToken });
    await legacyUser('guessedü@exämple.example');
    for (const [n, email] of spellingsOf('guessed').entries()) await ask(email, `wrong-${n}`);
    const counted = await usher.database.sql<{ failures: number }>(
      'SELECT failures FROM usher.account_failures WHERE locked_until > now()',
    );
    expect(counted).toHaveLength(1);
    expect((await ask('guessedü@exämple.example', oldPassword)).body.success).toBe(false);
  });

  it('is one person at sign-up, confirmation, sign-in and reset', async () => {
    const spellings = spellingsOf('person');
    for (const email of spellings) {
      const { status } = await usher.api.post('/users', { email, password, passwordConfirmation: password });
      expect(status).toBe(202);
    }
    expect(await rowsLike('person')).toHaveLength(1);
    const stored = 'personü@xn--exmple-cua.example';
    await until(() =>
      usher.mail.messages().some(({ to }) => to.some((address) => address.startsWith('person'))),
    );
    const to = usher.mail.messages().find((mail) => mail.to.some((address) => address.startsWith('person')))
      ?.to[0];
    expect((await confirm(await mailedToken(usher, to ?? ''))).status).toBe(204);
    for (const email of spellings) expect((await usher.api.signIn(email, password)).status).toBe(200);
    expect(await inPool('person')).toEqual([stored]);
    expect((await rowsLike('person')).map(({ email }) => email)).toEqual([stored]);
  });
});

describe('a person of the old application', () => {
  it.each([
    ['U-label', 'nameu', 'nameuü@exämple.example'],
    ['A-label', 'namea', 'nameaü@xn--exmple-cua.example'],
    ['NFD', 'named', decomposed('namedü@exämple.example')],
    ['capitals', 'namec', 'NamecÜ@Exämple.example'],
  ])(
    'with the address as %s signs in with any spelling, and stays as adopted',
    async (_form, name, stored) => {
      await legacyUser(stored);
      const answers = [];
      for (const email of spellingsOf(name)) answers.push(await usher.api.signIn(email, oldPassword));
      expect(answers.map(({ status }) => status)).toEqual(Array<number>(17).fill(200));
      expect(new Set(answers.map(({ body }) => body.user?.id)).size).toBe(1);
      expect(await inPool(name)).toEqual([`${name}ü@xn--exmple-cua.example`]);
      const [row] = await usher.database.sql<{ email: string }>('SELECT email FROM users WHERE email = $1', [
        stored,
      ]);
      expect(row?.email).toBe(stored);
    },
  );

  it('becomes one pool user, however many first sign-ins there are at once', async () => {
    await legacyUser('crowdü@exämple.example');
    const api = await withoutCredentials();
    const answers = await Promise.all(
      spellingsOf('crowd').map((email, n) => (n % 2 ? api : usher.api).signIn(email, oldPassword)),
    );
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    expect(answers.every(({ status }) => status === 200 || status === 503)).toBe(true);
    expect(await inPool('crowd')).toEqual(['crowdü@xn--exmple-cua.example']);
  });

  it('resets with any spelling, and is one pool user', async () => {
    await legacyUser('resetü@exämple.example');
    expect((await usher.api.post('/passwords/forgot', { email: 'resetü@exämple.example' })).status).toBe(202);
    const code = await lastCode(usher, 'resetü@xn--exmple-cua.example');
    expect((await reset(usher.api, decomposed('resetü@exämple.example'), code)).status).toBe(204);
    expect((await usher.api.signIn('RESETÜ@exämple.example', password)).status).toBe(200);
    expect(await inPool('reset')).toEqual(['resetü@xn--exmple-cua.example']);
  });

  it('keeps the old password after a stranger asked for a reset in another spelling', async () => {
    await legacyUser('restoreü@exämple.example');
    const stranger = { email: decomposed('restoreü@exämple.example') };
    expect((await usher.api.post('/passwords/forgot', stranger)).status).toBe(202);
    expect((await usher.api.signIn('restoreü@exämple.example', oldPassword)).status).toBe(200);
    expect(await inPool('restore')).toHaveLength(1);
  });
});

describe('a person whom the pool has in another spelling', () => {
  const known = (name: string) => `${name}ü@exämple.example`;
  const other = (name: string) => `${name}ü@xn--exmple-cua.example`;

  it('is asked for by that spelling, and a second pool user is never made', async () => {
    await legacyUser(other('poolu'));
    const sub = await createPoolUser(usher, known('poolu'));
    for (const email of [other('poolu'), known('poolu'), decomposed(known('poolu'))])
      expect((await usher.api.signIn(email, poolPassword)).status).toBe(200);
    expect(await inPool('poolu')).toEqual([known('poolu')]);
    expect(await rowsLike('poolu')).toEqual([{ email: other('poolu'), sub }]);
  });

  it('is not migrated with the old password', async () => {
    await legacyUser(other('poolm'));
    await createPoolUser(usher, known('poolm'));
    expect((await usher.api.signIn(other('poolm'), oldPassword)).status).toBe(401);
    expect(await inPool('poolm')).toEqual([known('poolm')]);
  });

  it('is found by the sub once the row is linked, also without AWS credentials', async () => {
    await legacyUser(other('pools'));
    const sub = await createPoolUser(usher, known('pools'));
    expect((await usher.api.signIn(other('pools'), poolPassword)).status).toBe(200);
    const api = await withoutCredentials();
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
    const api = await withoutCredentials();
    expect((await api.post('/passwords/forgot', { email: known('poolx') })).status).toBe(202);
    const code = await lastCode(usher, known('poolx'));
    expect((await reset(api, known('poolx'), code)).status).toBe(204);
    expect((await api.signIn(known('poolx'), 'wrong')).status).toBe(401);
    expect((await api.signIn(known('poolx'), password)).status).toBe(200);
    expect(await inPool('poolx')).toEqual([known('poolx')]);
  });

  it('keeps the address: nobody else can change to another spelling of it', async () => {
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
    const { status, body: refusal } = await confirm(/token=([\w-]+)/.exec(mail.text)?.[1] ?? '');
    expect({ status, code: refusal.code }).toEqual({ status: 409, code: 'auth.account_link_conflict' });
    expect(await inPool('taken')).toEqual([known('taken')]);
  });
});

describe('a change of address', () => {
  it('to another spelling of one’s own is none, and a notice names no link', async () => {
    await legacyUser('ownü@exämple.example');
    const { body } = await usher.api.signIn('ownü@exämple.example', oldPassword);
    const change = (email: string) =>
      usher.api.call('PUT', '/users/me/email', {
        body: { email, currentPassword: oldPassword },
        headers: bearer(body.tokens?.accessToken ?? ''),
      });
    expect((await change('OWNÜ@xn--exmple-cua.example')).status).toBe(202);
    const waiting = () =>
      usher.database.sql<{ email: string }>(
        `SELECT unconfirmed_email AS email FROM users WHERE email LIKE 'ownü@%'`,
      );
    expect(await waiting()).toEqual([{ email: null }]);
    expect((await change('fresh@exämple.example')).status).toBe(202);
    expect(await waiting()).toEqual([{ email: 'fresh@xn--exmple-cua.example' }]);
    const notice = await usher.mail.waitFor(({ text }) => text.includes('f***@'));
    expect(notice.text).toContain('f***@xn--exmple-cua.example');
  });
});

describe('an address in ASCII', () => {
  beforeEach(() => allMailsSent(usher));

  it('costs no further request', async () => {
    let before = usher.proxy.arrived.length;
    await usher.api.signIn('ada@example.com', 'correct horse battery staple');
    expect(operationsSince(before)).toEqual(['InitiateAuth']);
    before = usher.proxy.arrived.length;
    await usher.api.post('/passwords/forgot', { email: 'ada@example.com' });
    expect(operationsSince(before)).toEqual(['AdminGetUser', 'ForgotPassword']);
  });
});

describe('the search of an administrator', () => {
  it('finds a whole address in any spelling', async () => {
    await legacyUser('soughtü@exämple.example');
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

it('the pool user of a migrated person has the name that the pool was asked by', async () => {
  await legacyUser('Lambdaü@Exämple.example');
  const before = usher.proxy.calls.length;
  expect((await usher.api.signIn('lambdaü@exämple.example', oldPassword)).status).toBe(200);
  const asked = usher.proxy.calls.slice(before).find(({ operation }) => operation === 'InitiateAuth');
  const { USERNAME } = asked?.request.AuthParameters as { USERNAME: string };
  const { UserAttributes = [] } = await usher.cognito.send(
    new AdminGetUserCommand({ UserPoolId: usher.userPoolId, Username: USERNAME }),
  );
  expect(USERNAME).toBe('lambdaü@xn--exmple-cua.example');
  expect(UserAttributes.find(({ Name }) => Name === 'email')?.Value).toBe(USERNAME);
});
