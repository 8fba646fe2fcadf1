import { describe, expect, it } from '@jest/globals';
import { errorCodes } from '#contracts';
import { startTcpProxy } from '../support/fakes/tcp-proxy.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher({
  environment: { LETSENCRYPT_KEY: 'the-token', LETSENCRYPT_CHALLENGE: 'the-token.thumbprint' },
});

interface Operation {
  security?: unknown[];
  requestBody?: unknown;
  responses: Record<string, { description: string }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

const document = async () => (await usher.api.get('/openapi.json')).body as unknown as Document;

/** Routes whose only input is the caller's token. */
const withoutBody = new Set([
  '/auth/sign-out-everywhere',
  '/admin/users/{id}/disable',
  '/admin/users/{id}/enable',
]);

/** DELETE routes that accept a recent proof. */
const withProof = new Set(['/auth/mfa/totp', '/users/me', '/admin/users/{id}', '/admin/users/{id}/mfa']);

describe('routes', () => {
  it('require a session, except the listed ones', async () => {
    const { paths } = await document();
    const open: string[] = [];
    for (const [path, operations] of Object.entries(paths)) {
      for (const method of Object.keys(operations)) {
        const { status, body } = await usher.api.call(
          method.toUpperCase(),
          path.replace(/\{\w+\}/g, 'x'),
          method === 'get' ? {} : { body: { nothing: 'of use' } },
        );
        if (body.code !== 'auth.token_invalid') open.push(`${method.toUpperCase()} ${path} ${status}`);
      }
    }
    expect(open.sort()).toEqual([
      'DELETE /users/confirmation 422',
      'GET /.well-known/acme-challenge/{token} 404',
      'GET /health/live 200',
      'GET /health/ready 200',
      'GET /metrics 200',
      'GET /passwords/policy 200',
      'POST /auth/challenge 422',
      'POST /auth/refresh 422',
      'POST /auth/sign-in 422',
      'POST /auth/sign-out 422',
      'POST /aws/auth 401',
      'POST /passwords/forgot 422',
      'POST /passwords/reset 422',
      'POST /users 422',
      'POST /users/confirmation 422',
      'PUT /users/confirmation 422',
    ]);
    // A web page, not part of the API.
    expect((await usher.api.get('/users/confirmation?token=x')).status).toBe(200);
  });

  it('describe their bodies, responses and error codes', async () => {
    const { paths, components } = await document();
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, { requestBody, responses }] of Object.entries(operations)) {
        const isCancellation = method === 'delete' && path === '/users/confirmation';
        const takesBody =
          isCancellation ||
          (method === 'delete' && withProof.has(path)) ||
          (['post', 'put', 'patch'].includes(method) && !withoutBody.has(path));
        expect({ path, method, takesBody }).toEqual({ path, method, takesBody: requestBody !== undefined });
        expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true);
        for (const code of Object.values(responses).flatMap(
          ({ description }) => description.match(/`[a-z_.]+`/g) ?? [],
        )) {
          expect(errorCodes).toContain(code.replaceAll('`', ''));
        }
      }
    }
    const referenced = JSON.stringify(paths).match(/#\/components\/schemas\/\w+/g) ?? [];
    expect(referenced.length).toBeGreaterThan(10);
    for (const reference of referenced)
      expect(Object.keys(components.schemas)).toContain(reference.split('/').at(-1));
    expect(components.schemas.SignInRequest).toMatchObject({
      properties: { email: { type: 'string' }, password: { type: 'string', minLength: 1, maxLength: 256 } },
      required: ['email', 'password'],
    });
  });
});

describe('/docs', () => {
  it('is a page with its script and style', async () => {
    const page = await usher.api.get('/docs');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    for (const [, path = ''] of page.text.matchAll(/(?:href|src)="([^"]+)"/g)) {
      expect((await usher.api.get(path)).status).toBe(200);
    }
  });
});

describe('GET /.well-known/acme-challenge/:token', () => {
  it('returns exactly the key authorization as text', async () => {
    const { status, text, headers } = await usher.api.get('/.well-known/acme-challenge/the-token');
    expect({ status, text, type: headers.get('content-type') }).toEqual({
      status: 200,
      text: 'the-token.thumbprint',
      type: 'text/plain; charset=utf-8',
    });
  });

  it.each([
    'other',
    'the-token%00',
    'the-token%2f',
    'THE-TOKEN',
    'the-token/x',
    '..%2fthe-token',
    'x'.repeat(10_000),
  ])('does not return another challenge for %.20s', async (token) => {
    const { status, text } = await usher.api.get(`/.well-known/acme-challenge/${token}`);
    expect([404, 414]).toContain(status);
    expect(text).not.toContain('thumbprint');
  });
});

describe('health', () => {
  it('reports liveness and readiness', async () => {
    expect((await usher.api.get('/health/live')).body).toEqual({ status: 'ok' });
    expect((await usher.api.get('/health/ready')).body).toMatchObject({
      status: 'ok',
      details: { database: { status: 'up' } },
    });
  });

  it('names the unavailable part, but not the reason', async () => {
    const proxy = await startTcpProxy(usher.database.url);
    const { api, close } = await usher.startBeside({ DATABASE_URL: proxy.url });
    await proxy.cut();
    const away = await api.get('/health/ready');
    const live = await api.get('/health/live');
    await proxy.restore();
    const back = await api.get('/health/ready');
    await close();
    await proxy.cut();
    expect({ status: away.status, body: away.body }).toMatchObject({
      status: 503,
      body: { status: 'error', details: { database: { status: 'down' } } },
    });
    const details = Object.values((away.body as unknown as { details: object }).details);
    for (const part of details) expect(Object.keys(part as object)).toEqual(['status']);
    expect([live.status, back.status]).toEqual([200, 200]);
  });
});
