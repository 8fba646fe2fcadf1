import { describe, expect, it } from '@jest/globals';
import { ada, signInWithCookie } from '../support/drivers/sessions.js';
import { openUsher } from '../support/drivers/usher.js';

const cookie = '__Host-usher_session';

describe('requests from other sites', () => {
  const environment = {
    PUBLIC_URL: 'https://login.example.com',
    CORS_ORIGINS: 'https://app.example.com',
  };
  const usher = openUsher({ environment });

  const refused: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    { 'sec-fetch-site': 'same-site', origin: 'https://other.example.com' },
    { 'sec-fetch-site': 'nonsense' },
    { origin: 'https://evil.example' },
    { origin: 'https://login.example.com.evil.example' },
    { origin: 'http://login.example.com' },
    { origin: 'https://login.example.com:8443' },
    { origin: 'null' },
  ];
  const accepted: Record<string, string>[] = [
    {},
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'same-origin', origin: 'https://login.example.com' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'same-site', origin: 'https://app.example.com' },
    { 'sec-fetch-site': 'cross-site', origin: 'https://app.example.com' },
    { origin: 'https://login.example.com' },
    { origin: 'https://app.example.com' },
  ];
  const requests = (headers: Record<string, string>, secret: string) => {
    const withCookie = { ...headers, cookie: `${cookie}=${secret}` };
    return [
      () => usher.api.post('/auth/refresh', undefined, withCookie),
      () => usher.api.delete('/auth/sessions/unknown', withCookie),
      () => usher.api.post('/auth/sign-out', undefined, withCookie),
      () => usher.api.post('/auth/sign-in', { ...credentials, session: 'cookie' }, headers),
    ];
  };
  const credentials = { email: ada.email, password: ada.password };
  const secretOf = async () => {
    const browser = await signInWithCookie(usher);
    return browser.cookies.get(cookie) ?? '';
  };

  it.each(refused)('are refused: %j', async (headers) => {
    const secret = await secretOf();
    for (const request of requests(headers, secret)) {
      const { status, body } = await request();
      expect({ status, code: body.code }).toEqual({ status: 403, code: 'auth.csrf' });
    }
    const reading = await usher.api.get('/users/me', { ...headers, cookie: `${cookie}=${secret}` });
    expect(reading.status).toBe(200);
  });

  it.each(accepted)('are answered: %j', async (headers) => {
    const secret = await secretOf();
    const statuses: number[] = [];
    for (const request of requests(headers, secret)) statuses.push((await request()).status);
    // The browser would drop the cookie of a sign-in.
    const signIn = headers['sec-fetch-site'] === 'cross-site' ? 403 : 200;
    expect(statuses).toEqual([204, 404, 204, signIn]);
  });

  it('are accepted with an access token instead of the cookie', async () => {
    const { body } = await usher.api.post('/auth/sign-in', credentials, { origin: 'https://evil.example' });
    const { refreshToken } = body.tokens ?? {};
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await usher.api.post('/auth/refresh', { refreshToken }, headers)).status).toBe(200);
    expect((await usher.api.post('/auth/sign-out', { refreshToken }, headers)).status).toBe(204);
  });
});
