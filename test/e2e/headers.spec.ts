import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rawHttp } from '../support/drivers/raw-http.js';
import { startUsher, type Usher } from '../support/drivers/usher.js';

const ourPage = 'https://app.example.com';
/** Allowed, and on another site than PUBLIC_URL. */
const foreignPage = 'https://shop.example.org';
const otherPage = 'https://evil.example.com';

let closed: Usher;
let open: Usher;
beforeAll(async () => {
  closed = await startUsher();
  open = await startUsher({
    environment: {
      PUBLIC_URL: 'https://usher.example.com',
      CORS_ORIGINS: `https://Other.example.com:443,${ourPage},http://localhost:*,${foreignPage}`,
    },
  });
});
afterAll(async () => {
  await open.close();
  await closed.close();
});

const preflight = (usher: Usher, origin: string) =>
  usher.api.call('OPTIONS', '/auth/sign-in', {
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
  });

const corsHeaders = (headers: Headers) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));

const apiPolicy = "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'";

describe('every response', () => {
  it.each(['/health/live', '/users/me', '/nothing', '/openapi.json'])(
    'of %s has security headers',
    async (path) => {
      const { headers } = await closed.api.get(path);
      expect(Object.fromEntries(headers)).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': apiPolicy,
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
    },
  );

  it('has security headers if no route was found', async () => {
    const answers = [
      await closed.api.get('/%ff'),
      await rawHttp(closed.url, 'NONSENSE\r\n\r\n'),
      await closed.api.call('POST', '/auth/sign-in', { raw: '{' }),
    ];
    for (const { headers } of answers) {
      expect(Object.fromEntries(headers)).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': apiPolicy,
        'x-content-type-options': 'nosniff',
      });
    }
  });

  it('has HSTS for a year if the public URL is https, and only then', async () => {
    expect((await open.api.get('/health/live')).headers.get('strict-transport-security')).toBe(
      'max-age=31536000',
    );
    expect((await closed.api.get('/health/live')).headers.has('strict-transport-security')).toBe(false);
  });
});

describe('/docs', () => {
  it('loads only its own files and has no inline scripts', async () => {
    const { headers, text } = await closed.api.get('/docs');
    expect(headers.get('content-security-policy')).toBe(
      `${apiPolicy};script-src 'self';style-src 'self';img-src 'self' data:;connect-src 'self'`,
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=|\sstyle=/);
  });

  it('has files that browsers may cache', async () => {
    for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js', 'start.js']) {
      const { status, headers } = await closed.api.get(`/docs/${file}`);
      expect({ status, cache: headers.get('cache-control') }).toEqual({
        status: 200,
        cache: 'public, max-age=3600',
      });
    }
  });
});

describe('without CORS_ORIGINS', () => {
  it('no response contains a CORS header', async () => {
    const answers = [
      await preflight(closed, ourPage),
      await closed.api.get('/health/live', { origin: ourPage }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 200]);
    for (const { headers } of answers) expect(corsHeaders(headers)).toEqual({});
  });
});

describe('with CORS_ORIGINS', () => {
  it('a preflight request of an allowed origin succeeds', async () => {
    const { status, headers, text } = await preflight(open, ourPage);
    expect({ status, text }).toEqual({ status: 204, text: '' });
    expect(corsHeaders(headers)).toEqual({
      'access-control-allow-origin': ourPage,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': 'Authorization, Content-Type, X-Request-Id',
      'access-control-expose-headers': 'Retry-After, X-Request-Id',
      'access-control-max-age': '600',
    });
    expect(headers.get('vary')).toBe('Origin');
  });

  it.each([
    'https://other.example.com',
    'http://localhost',
    'http://localhost:5173',
    'https://usher.example.com',
  ])('a preflight request of %s succeeds', async (origin) => {
    const { status, headers } = await preflight(open, origin);
    expect({ status, allowed: headers.get('access-control-allow-origin') }).toEqual({
      status: 204,
      allowed: origin,
    });
  });

  it('allowed origins can read responses, including errors', async () => {
    const { headers } = await open.api.post('/auth/sign-in', {}, { origin: ourPage });
    expect(corsHeaders(headers)).toEqual({
      'access-control-allow-origin': ourPage,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'Retry-After, X-Request-Id',
    });
    expect(headers.get('vary')).toBe('Origin, Accept-Language');
  });

  it.each([
    otherPage,
    'null',
    `${ourPage}.evil.example`,
    ourPage.toUpperCase(),
    'http://localhost:*',
    'http://localhost:5173.evil.example',
    'http://127.0.0.1:5173',
  ])('pages of %s get no CORS headers', async (origin) => {
    const answers = [await preflight(open, origin), await open.api.get('/health/live', { origin })];
    expect(answers.map(({ status }) => status)).toEqual([404, 200]);
    for (const { headers } of answers) {
      expect(corsHeaders(headers)).toEqual({});
      expect(headers.get('vary')).toContain('Origin');
    }
  });
});

describe('a preflight request of an origin that is not allowed', () => {
  const warnings = (usher: Usher, origin: string) =>
    usher.logLines().filter((line) => line.includes(`"origin":"${origin}"`));

  it('is logged once per origin, with the variable', async () => {
    const page = 'https://typo.example.com';
    for (const usher of [open, open, closed]) await preflight(usher, page);
    const lines = warnings(open, page).map((line) => JSON.parse(line) as object);
    // Both write to the output of this process.
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({
      level: 'warn',
      msg: 'preflight refused: the origin is not allowed',
      variable: 'CORS_ORIGINS',
    });
    expect(warnings(open, 'https://other.example.com')).toEqual([]);
  });

  it('is not logged after 100 origins', async () => {
    const pages = Array.from({ length: 110 }, (_, i) => `https://many-${i}.example.com`);
    for (const page of pages) await preflight(open, page);
    expect(pages.filter((page) => warnings(open, page).length > 0).length).toBeLessThan(100);
    expect(warnings(open, 'https://many-0.example.com')).toHaveLength(1);
  });
});

describe('a sign-in that asks for the session cookie', () => {
  const signIn = (headers: Record<string, string>, body: object = {}) =>
    open.api.post(
      '/auth/sign-in',
      { email: 'ada@example.com', password: 'a wrong password', session: 'cookie', ...body },
      headers,
    );
  const questions = () => open.proxy.calls.filter(({ operation }) => operation === 'InitiateAuth').length;

  it.each([
    [{ origin: foreignPage, 'sec-fetch-site': 'cross-site' }, 'auth.cookie_cross_site'],
    [{ origin: ourPage, 'sec-fetch-site': 'cross-site' }, 'auth.cookie_cross_site'],
    [{ origin: foreignPage }, 'auth.cookie_cross_site'],
    [{ origin: 'http://localhost:5173' }, 'auth.cookie_cross_site'],
    [{ origin: otherPage, 'sec-fetch-site': 'cross-site' }, 'auth.csrf'],
    [{ origin: otherPage }, 'auth.csrf'],
    [{ 'sec-fetch-site': 'cross-site' }, 'auth.csrf'],
  ])('is refused before the password is checked: %j', async (headers, code) => {
    const before = questions();
    const { status, body } = await signIn(headers);
    expect({ status, code: body.code, asked: questions() - before }).toEqual({ status: 403, code, asked: 0 });
  });

  it.each<Record<string, string>>([
    { origin: foreignPage, 'sec-fetch-site': 'same-site' },
    { origin: ourPage, 'sec-fetch-site': 'same-site' },
    { origin: ourPage },
    {},
  ])('is answered where the browser keeps the cookie: %j', async (headers) => {
    const before = questions();
    expect((await signIn(headers)).body.code).toBe('auth.invalid_credentials');
    expect(questions()).toBeGreaterThan(before);
  });

  it('may come from another site for tokens', async () => {
    const headers = { origin: foreignPage, 'sec-fetch-site': 'cross-site' };
    expect((await signIn(headers, { session: 'tokens' })).body.code).toBe('auth.invalid_credentials');
  });
});
