import { describe, expect, it } from '@jest/globals';
import type { Problem } from '#contracts';
import type { Call } from '../support/drivers/api-client.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { rawHttp } from '../support/drivers/raw-http.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher();

const routes = ['/auth/sign-in', '/auth/refresh', '/auth/sign-out', '/passwords/forgot', '/passwords/reset'];
const type = (value: string) => ({ 'content-type': value });
const text = (length: number) => 'x'.repeat(length);

const badRequests: [string, Call, number][] = [
  ['cut-off JSON', { raw: '{"email":', headers: type('application/json') }, 400],
  ['text that is not JSON', { raw: 'hello', headers: type('application/json') }, 400],
  [
    'bytes that are not UTF-8',
    { raw: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), headers: type('application/json') },
    400,
  ],
  ['a poisoned prototype', { raw: '{"__proto__":{"admin":true}}', headers: type('application/json') }, 400],
  ['a form', { raw: 'email=a', headers: type('application/x-www-form-urlencoded') }, 415],
  ['plain text', { raw: '{}', headers: type('text/plain') }, 415],
  ['a file', { raw: 'x', headers: type('multipart/form-data; boundary=x') }, 415],
  ['a megabyte', { body: { email: text(1_000_000) } }, 413],
  ['null', { body: null }, 422],
  ['an array', { body: [] }, 422],
  ['a string', { body: 'email' }, 422],
  ['a number', { body: 7 }, 422],
  ['an unknown field', { body: { isAdmin: true } }, 422],
  [
    'arrays for strings',
    { body: { email: ['a@b.c'], password: ['x'], refreshToken: ['x'], code: ['1'] } },
    422,
  ],
  ['objects for strings', { body: { email: {}, password: {}, refreshToken: {}, code: {} } }, 422],
  ['numbers for strings', { body: { email: 1, password: 2, refreshToken: 3, code: 4 } }, 422],
  [
    'NUL bytes',
    { body: { email: 'a\u0000@b.c', password: '\u0000', refreshToken: '\u0000', code: '\u0000' } },
    422,
  ],
  [
    'lone surrogates',
    {
      raw: '{"email":"\\ud800@b.c","password":"\\udc00","refreshToken":"\\ud800","code":"\\ud800"}',
      headers: type('application/json'),
    },
    422,
  ],
  [
    'a password of 10 kB',
    { body: { email: 'a@b.c', password: text(10_000), refreshToken: text(10_000), code: text(10_000) } },
    422,
  ],
];

const deep = '{"a":'.repeat(2000) + '1' + '}'.repeat(2000);

const snapshot = () =>
  usher.database.sql(
    `SELECT (SELECT md5(string_agg(users::text, '|' ORDER BY id)) FROM users), (SELECT count(*) FROM usher.account_failures)`,
  );

describe.each(routes)('POST %s', (route) => {
  it.each(badRequests)('refuses %s with problem+json and changes no data', async (_what, call, status) => {
    const before = await snapshot();
    const answer = await usher.api.call('POST', route, call);
    expect({
      status: answer.status,
      code: answer.body.code,
      type: answer.headers.get('content-type'),
    }).toEqual({
      status,
      code: 'request.invalid',
      type: 'application/problem+json; charset=utf-8',
    });
    expect(answer.body.errors?.length).toBeGreaterThan(0);
    if (status !== 422) expect(answer.body.errors?.[0]?.field).toBe('');
    expect(answer.body.requestId).toBe(answer.headers.get('x-request-id'));
    expect(await snapshot()).toEqual(before);
  });
});

describe('deeply nested values', () => {
  it.each([
    ['objects', deep],
    ['arrays', '['.repeat(7000) + ']'.repeat(7000)],
    ['a constructor', '{"constructor":{"name":"x"}}'],
  ])('%s are refused as a wrong type, not as an internal error', async (_what, value) => {
    for (const route of routes) {
      const raw = `{"email":${value},"password":${value},"refreshToken":${value},"code":${value}}`;
      const { status, body } = await usher.api.call('POST', route, {
        raw,
        headers: type('application/json'),
      });
      expect({ status, code: body.code }).toEqual({ status: 422, code: 'request.invalid' });
    }
    const raw = `{"access_token":"${usher.migrationToken}","email":"ada@example.com","password":${value}}`;
    const answer = await usher.api.call('POST', '/aws/auth', { raw, headers: type('application/json') });
    expect({ status: answer.status, success: answer.body.success }).toEqual({ status: 200, success: false });
  });
});

describe('fields', () => {
  it.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    '%s is refused like any other unknown field',
    async (name) => {
      const { status, body } = await usher.api.post('/auth/refresh', { refreshToken: 'x', [name]: 1 });
      expect({ status, fields: body.errors?.map(({ field }) => field) }).toEqual({
        status: 422,
        fields: [name],
      });
    },
  );

  it('are not all returned in the error when there are thousands', async () => {
    const { text } = await usher.api.post(
      '/auth/refresh',
      Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`x${n}`, 1])),
    );
    expect(text.length).toBeLessThan(3000);
  });

  it('with errors are all named', async () => {
    const { body } = await usher.api.post('/auth/sign-in', { email: 7, password: null, remember: true });
    expect(body.errors?.map(({ field }) => field).sort()).toEqual(['email', 'password', 'remember']);
  });
});

describe('paths', () => {
  it.each(['/nothing', '/users/..%2f..%2fetc', '/%00', '/auth/sign-in/x'])(
    '%s returns 404 as problem+json',
    async (path) => {
      const { status, body } = await usher.api.get(path);
      expect({ status, code: body.code }).toEqual({ status: 404, code: 'request.not_found' });
    },
  );

  it('an invalid one returns 400 as problem+json', async () => {
    const { status, body } = await usher.api.get('/%ff');
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'request.invalid' });
  });

  it('an invalid request id is replaced', async () => {
    const given = await usher.api.get('/health/live', { 'x-request-id': 'from-the-edge-1' });
    expect(given.headers.get('x-request-id')).toBe('from-the-edge-1');
    const replaced = await usher.api.get('/health/live', { 'x-request-id': 'a b<script>' });
    expect(replaced.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
  });
});

describe('malformed HTTP requests', () => {
  const host = 'Host: localhost\r\nConnection: close\r\n';
  const post = `POST /auth/sign-in HTTP/1.1\r\n${host}Content-Type: application/json\r\n`;

  it.each([
    ['an invalid request line', 'NONSENSE\r\n\r\n', 400],
    ['an unknown method', `FOO / HTTP/1.1\r\n${host}\r\n`, 400],
    ['an unsupported HTTP version', `GET / HTTP/3.0\r\n${host}\r\n`, 400],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['no host', 'GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['a header without a name', `GET / HTTP/1.1\r\n${host}: x\r\n\r\n`, 400],
    ['headers of 20 kB', `GET / HTTP/1.1\r\n${host}x: ${text(20_000)}\r\n\r\n`, 431],
    ['a length that is not a number', `${post}Content-Length: x\r\n\r\n{}`, 400],
    ['two lengths', `${post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`, 400],
    ['a broken chunk', `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}`, 400],
    ['a CONNECT request', `CONNECT example.com:443 HTTP/1.1\r\n${host}\r\n`, 400],
    ['too long a path segment', `GET /.well-known/acme-challenge/${text(9000)} HTTP/1.1\r\n${host}\r\n`, 414],
  ])('%s is refused with problem+json', async (_what, bytes, status) => {
    const answer = await rawHttp(usher.url, bytes);
    expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({
      status,
      type: 'application/problem+json; charset=utf-8',
    });
    const problem = JSON.parse(answer.text) as Problem;
    expect(problem).toMatchObject({ status, code: 'request.invalid' });
    expect(problem.requestId).not.toBe('');
    expect(answer.headers.get('content-language')).toBe('en');
  });

  it.each(['PROPFIND /health/live', 'TRACE /health/live', 'DELETE /health/live', 'OPTIONS *', 'GET *'])(
    '%s returns 404 as problem+json',
    async (line) => {
      const answer = await rawHttp(usher.url, `${line} HTTP/1.1\r\n${host}\r\n`);
      expect(answer.status).toBe(404);
      expect(JSON.parse(answer.text)).toMatchObject({ code: 'request.not_found' });
    },
  );

  it('an unknown Expect header is ignored', async () => {
    const answer = await rawHttp(usher.url, `GET /health/live HTTP/1.1\r\n${host}Expect: miracles\r\n\r\n`);
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 200, text: '{"status":"ok"}' });
  });
});

describe('GET /.well-known/acme-challenge/:token', () => {
  it('returns 404 while no challenge is configured', async () => {
    expect((await usher.api.get('/.well-known/acme-challenge/anything')).status).toBe(404);
  });
});

describe('secrets', () => {
  it('appear in no log line of the API or the Lambda', async () => {
    const ada = deviseUser('plain');
    const canaries = ['canary-password-1', 'canary-token', 'canary-refresh', 'canary-code', 'canary-bearer'];
    const { body } = await usher.api.signIn(ada.email, ada.password);
    expect(body.tokens).toBeDefined();
    await usher.api.signIn(ada.email, 'canary-password-1');
    await usher.api.signIn('nobody@example.com', 'canary-password-1');
    await usher.api.post('/auth/sign-in', {
      email: 'x',
      password: 'canary-password-1',
      extra: 'canary-token',
    });
    await usher.api.post('/auth/refresh', { refreshToken: 'canary-refresh' });
    await usher.api.post('/auth/sign-out', { refreshToken: 'canary-refresh' });
    await usher.api.post('/aws/auth', {
      email: ada.email,
      password: 'canary-password-1',
      access_token: 'canary-token',
    });
    await usher.api.post('/passwords/reset', {
      email: ada.email,
      code: 'canary-code',
      password: 'canary-password-1',
      passwordConfirmation: 'canary-password-1',
    });
    await usher.api.get('/users/me?token=canary-token', { authorization: 'Bearer canary-bearer' });
    const { accessToken = '', idToken = '', refreshToken = '' } = body.tokens ?? {};
    const log = usher.logLines().join('\n');
    expect(log).toContain('"route":"/auth/sign-in"');
    expect(log).toContain('UserMigration_Authentication');
    for (const secret of [
      ...canaries,
      ada.password,
      usher.migrationToken,
      accessToken,
      idToken,
      refreshToken,
      '$2a$',
    ]) {
      expect(secret).not.toBe('');
      expect(log.includes(secret)).toBe(false);
    }
  });
});
