import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Call } from '../support/drivers/api-client.js';
import { createPoolUser, poolPassword } from '../support/builders/pool-users.js';
import { rawHttp } from '../support/drivers/raw-http.js';
import { bearer, signInWithTokens } from '../support/drivers/sessions.js';
import { openUsher } from '../support/drivers/usher.js';

const page = 'https://app.example.com';
const mergePatch = 'application/merge-patch+json';
const email = 'grace@example.com';

let me: Record<string, string>;
const usher = openUsher({ environment: { CORS_ORIGINS: page } });
beforeAll(async () => {
  await createPoolUser(usher, email);
  const { accessToken } = await signInWithTokens(usher.api, { email, password: poolPassword });
  me = bearer(accessToken);
});

const as = (type: string, raw = '', headers: Record<string, string> = {}): Call => ({
  raw,
  headers: { 'content-type': type, ...headers },
});

const call = async (method: string, path: string, sent: Call) => {
  const { status, body, headers } = await usher.api.call(method, path, sent);
  return { status, code: body.code, fields: body.errors?.map(({ field }) => field), body, headers };
};

describe('an empty body', () => {
  const blanks = ['', ' ', '\r\n\t'];
  const types = ['application/json', 'application/json; charset=utf-8'];

  it.each(types)('sent as %s is accepted by routes without required members', async (type) => {
    for (const raw of blanks) {
      const signOut = await call('POST', '/auth/sign-out', as(type, raw));
      expect({ raw, status: signOut.status }).toEqual({ raw, status: 204 });
      const refresh = await call('POST', '/auth/refresh', as(type, raw));
      expect({ raw, code: refresh.code }).toEqual({ raw, code: 'auth.token_invalid' });
      const patch = await call('PATCH', '/users/me', as(type, raw, me));
      expect({ raw, status: patch.status }).toEqual({ raw, status: 200 });
      const removal = await call('DELETE', '/auth/sessions/unknown', as(type, raw, me));
      expect({ raw, code: removal.code }).toEqual({ raw, code: 'request.not_found' });
    }
  });

  it.each(['text/plain;charset=UTF-8', 'application/x-www-form-urlencoded', 'application/octet-stream'])(
    'of length 0 is accepted by routes without required members, with any type (%s)',
    async (type) => {
      expect((await call('POST', '/auth/sign-out', as(type))).status).toBe(204);
      expect((await call('POST', '/auth/sign-out', as(type, 'x'))).status).toBe(415);
    },
  );

  it.each([
    ['/auth/sign-in', ['email', 'password']],
    ['/passwords/forgot', ['email']],
    ['/auth/challenge', ['session', 'answers']],
  ])('is refused at %s like {}, with each missing member', async (path, fields) => {
    const calls: Call[] = [{ body: {} }, {}, ...blanks.map((raw) => as('application/json', raw))];
    for (const sent of calls) {
      const answer = await call('POST', path, sent);
      expect({ status: answer.status, code: answer.code, fields: answer.fields?.sort() }).toEqual({
        status: 422,
        code: 'request.invalid',
        fields: [...fields].sort(),
      });
    }
  });

  it('is accepted by the sign-out everywhere', async () => {
    const other = 'everywhere@example.com';
    await createPoolUser(usher, other);
    const { accessToken } = await signInWithTokens(usher.api, { email: other, password: poolPassword });
    const answer = await call(
      'POST',
      '/auth/sign-out-everywhere',
      as('application/json', '', bearer(accessToken)),
    );
    expect(answer.status).toBe(204);
  });

  it('is refused at POST /aws/auth for its missing token first', async () => {
    const refused = await usher.api.call('POST', '/aws/auth', as('application/json'));
    expect({ status: refused.status, text: refused.text }).toEqual({ status: 401, text: '' });
  });
});

describe('application/merge-patch+json', () => {
  it.each([mergePatch, `${mergePatch}; charset=utf-8`, 'Application/Merge-Patch+JSON'])(
    'is accepted at PATCH /users/me (%s)',
    async (type) => {
      const given = await call('PATCH', '/users/me', as(type, '{"profile":{"theme":"dark","size":1}}', me));
      expect({ status: given.status, profile: given.body.profile }).toMatchObject({
        status: 200,
        profile: { theme: 'dark', size: 1 },
      });
      const removed = await call('PATCH', '/users/me', as(type, '{"profile":{"theme":null}}', me));
      expect(removed.body.profile).toEqual({ size: 1 });
    },
  );

  it.each([
    ['POST', '/auth/sign-in'],
    ['PUT', '/users/me/email'],
  ])('is refused at %s %s', async (method, path) => {
    const { status, headers } = await call(method, path, as(mergePatch, '{}', me));
    expect({ status, accepted: headers.get('accept-patch') }).toEqual({ status: 415, accepted: null });
  });

  it.each([
    '{"__proto__":{"admin":true}}',
    '{"profile":{"__proto__":{"a":1}}}',
    '{"profile":{"constructor":{"prototype":{}}}}',
    '{',
  ])('with %s in it is refused', async (raw) => {
    const { status, code } = await call('PATCH', '/users/me', as(mergePatch, raw, me));
    expect({ status, code }).toEqual({ status: 400, code: 'request.invalid' });
  });

  it('is named in Accept-Patch when a PATCH has another type', async () => {
    const { status, headers } = await call('PATCH', '/users/me', as('application/json-patch+json', '[]', me));
    expect({ status, accepted: headers.get('accept-patch') }).toEqual({
      status: 415,
      accepted: `application/json, ${mergePatch}`,
    });
  });

  it('is allowed for the origins of CORS_ORIGINS', async () => {
    const { status, headers } = await usher.api.call('OPTIONS', '/users/me', {
      headers: {
        origin: page,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'content-type',
      },
    });
    expect({
      status,
      methods: headers.get('access-control-allow-methods'),
      headers: headers.get('access-control-allow-headers'),
    }).toMatchObject({
      status: 204,
      methods: expect.stringContaining('PATCH'),
      headers: expect.stringContaining('Content-Type'),
    });
  });

  it('is in the OpenAPI document, beside application/json', async () => {
    const { body } = await usher.api.get('/openapi.json');
    expect(body).toMatchObject({
      paths: {
        '/users/me': {
          patch: {
            requestBody: {
              content: {
                'application/json': { schema: { $ref: '#/components/schemas/UpdateMeRequest' } },
                [mergePatch]: { schema: { $ref: '#/components/schemas/UpdateMeRequest' } },
              },
            },
          },
        },
      },
    });
  });
});

describe('an unknown path', () => {
  it.each(['application/json', mergePatch, 'text/plain'])('is 404 for a body sent as %s', async (type) => {
    expect((await call('POST', '/nothing', as(type, '{}'))).status).toBe(404);
  });
});

const raw = async (head: string, body = '') => {
  const { status, headers, text } = await rawHttp(
    usher.url,
    `${head.split('\n').join('\r\n')}\r\n\r\n${body}`,
  );
  return { status, type: headers.get('content-type'), text };
};

const refusal = { status: 400, type: 'application/problem+json; charset=utf-8' };

describe('ambiguous headers', () => {
  const token = () => me.authorization ?? '';
  const json = 'Content-Type: application/json';
  const filler = Array.from({ length: 2100 }, () => 'a:').join('\n');

  it.each([
    ['two hosts', () => 'GET /health/live HTTP/1.1\nHost: a\nHost: b'],
    ['the same host twice', () => 'GET /health/live HTTP/1.1\nHost: a\nhost: a'],
    ['two hosts in HTTP/1.0', () => 'GET /health/live HTTP/1.0\nHost: a\nHost: b'],
    ['two hosts at an unknown address', () => 'GET /nothing HTTP/1.1\nHost: a\nHost: b'],
    ['a second host behind 2000 headers', () => `GET /health/live HTTP/1.1\nHost: a\n${filler}\nHost: b`],
    ['no host beside an absolute address', () => 'GET http://localhost/health/live HTTP/1.1'],
    ['a list of hosts', () => 'GET /health/live HTTP/1.1\nHost: a, b'],
    ['a host with a path', () => 'GET /health/live HTTP/1.1\nHost: a/b'],
    ['a host with an account', () => 'GET /health/live HTTP/1.1\nHost: a@b'],
    [
      'two tokens',
      () => `GET /users/me HTTP/1.1\nHost: a\nAuthorization: ${token()}\nAuthorization: Bearer x`,
    ],
    [
      'two types',
      () => `POST /auth/sign-out HTTP/1.1\nHost: a\n${json}\nContent-Type: text/plain\nContent-Length: 2`,
    ],
    [
      'two lengths',
      () => `POST /auth/sign-out HTTP/1.1\nHost: a\n${json}\nContent-Length: 2\nContent-Length: 3`,
    ],
    ['a list of lengths', () => `POST /auth/sign-out HTTP/1.1\nHost: a\n${json}\nContent-Length: 2, 2`],
    [
      'a length of chunks',
      () => `POST /auth/sign-out HTTP/1.1\nHost: a\n${json}\nContent-Length: 2\nTransfer-Encoding: chunked`,
    ],
    [
      'chunks that are not the last coding',
      () => `POST /auth/sign-out HTTP/1.1\nHost: a\n${json}\nTransfer-Encoding: chunked, identity`,
    ],
    ['a folded header', () => 'GET /health/live HTTP/1.1\nHost: a\n b'],
    ['a blank before the colon', () => 'GET /health/live HTTP/1.1\nHost : a'],
  ])('with %s are refused with 400 and a problem document', async (_what, head) => {
    const { text, ...answer } = await raw(`${head()}\nConnection: close`, '{}');
    expect(answer).toEqual(refusal);
    expect(JSON.parse(text)).toMatchObject({ status: 400, code: 'request.invalid' });
  });

  it.each(['localhost', 'a.example:3000', '127.0.0.1:80', '[::1]:3000', 'under_score', ''])(
    'with the host "%s" are accepted',
    async (host) => {
      expect((await raw(`GET /health/live HTTP/1.1\nHost: ${host}\nConnection: close`)).status).toBe(200);
    },
  );

  it('HTTP/1.0 needs no host', async () => {
    expect((await raw('GET /health/live HTTP/1.0')).status).toBe(200);
  });

  it('2000 headers do not displace the token', async () => {
    const head = `GET /users/me HTTP/1.1\nHost: a\n${filler}\nAuthorization: ${token()}\nConnection: close`;
    expect((await raw(head)).status).toBe(200);
  });
});

describe('an unusual but valid request', () => {
  const last = 'Host: a\nConnection: close';

  it.each([
    ['an absolute address', `GET http://a/health/live HTTP/1.1\n${last}`, '', 200],
    ['HEAD', `HEAD /health/live HTTP/1.1\n${last}`, '', 200],
    [
      'GET with a body',
      `GET /health/live HTTP/1.1\n${last}\nContent-Type: application/json\nContent-Length: 1`,
      '{',
      200,
    ],
    [
      'GET with a body of no known type',
      `GET /health/live HTTP/1.1\n${last}\nContent-Type: x\nContent-Length: 1`,
      '{',
      200,
    ],
    [
      'chunks without a body',
      `POST /auth/sign-out HTTP/1.1\n${last}\nContent-Type: application/json\nTransfer-Encoding: chunked`,
      '0\r\n\r\n',
      204,
    ],
  ])('%s is answered', async (_what, head, body, status) => {
    expect((await raw(head, body)).status).toBe(status);
  });

  it('HEAD has no body', async () => {
    expect((await raw(`HEAD /users/me HTTP/1.1\n${last}`)).text).toBe('');
  });
});

describe('connections', () => {
  it('carry no refusal of a later request before or inside the answer to an earlier one', async () => {
    const signIn = JSON.stringify({ email, password: 'wrong-password' });
    const { status } = await rawHttp(
      usher.url,
      `POST /auth/sign-in HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${signIn.length}\r\n\r\n${signIn}NONSENSE\r\n\r\n`,
    );
    expect(status).not.toBe(400);
  });
});
