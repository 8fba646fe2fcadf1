import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rawHttp } from '../support/drivers/raw-http.js';
import { startUsher, type Usher } from '../support/drivers/usher.js';

const ourPage = 'https://app.example.com';
const otherPage = 'https://evil.example.com';

let closed: Usher;
let open: Usher;
beforeAll(async () => {
  closed = await startUsher();
  open = await startUsher({
    environment: {
      PUBLIC_URL: 'https://usher.example.com',
      CORS_ORIGINS: `https://other.example.com,${ourPage}`,
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

  it('allowed origins can read responses, including errors', async () => {
    const { headers } = await open.api.post('/auth/sign-in', {}, { origin: ourPage });
    expect(corsHeaders(headers)).toEqual({
      'access-control-allow-origin': ourPage,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'Retry-After, X-Request-Id',
    });
    expect(headers.get('vary')).toBe('Origin, Accept-Language');
  });

  it.each([otherPage, 'null', `${ourPage}.evil.example`, ourPage.toUpperCase()])(
    'pages of %s get no CORS headers',
    async (origin) => {
      const answers = [await preflight(open, origin), await open.api.get('/health/live', { origin })];
      expect(answers.map(({ status }) => status)).toEqual([404, 200]);
      for (const { headers } of answers) {
        expect(corsHeaders(headers)).toEqual({});
        expect(headers.get('vary')).toContain('Origin');
      }
    },
  );
});
