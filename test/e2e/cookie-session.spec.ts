import { describe, expect, it } from '@jest/globals';
import type { AuthenticationResultType } from '@aws-sdk/client-cognito-identity-provider';
import { exception } from '../support/fakes/cognito-proxy.js';
import {
  ada,
  bob,
  calls,
  changeLastSession,
  lastSession,
  signInWithCookie,
} from '../support/drivers/sessions.js';
import { rotation } from '../support/builders/test-pool.js';
import { startUsher, openUsher } from '../support/drivers/usher.js';

const refresh = 'GetTokensFromRefreshToken';
const cookie = 'usher_session';

describe('a session in a cookie', () => {
  const usher = openUsher({ client: rotation(0) });

  it('sends a secret to the browser and no tokens', async () => {
    const browser = usher.browser();
    const { status, body, headers, text } = await browser.signIn(ada.email, ada.password, 'cookie');
    expect({ status, body: Object.keys(body) }).toEqual({ status: 200, body: ['user'] });
    const secret = browser.cookies.get(cookie) ?? '';
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(headers.getSetCookie()).toContain(
      `${cookie}=${secret}; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax`,
    );
    expect(text).not.toContain('oken');
    const stored = JSON.stringify(await usher.database.sql('SELECT * FROM usher.sessions'));
    const { RefreshToken, AccessToken } = usher.proxy.calls.at(-1)?.answer.AuthenticationResult as {
      RefreshToken: string;
      AccessToken: string;
    };
    for (const known of [secret, RefreshToken, AccessToken]) expect(stored).not.toContain(known);
  });

  it('authenticates the caller', async () => {
    const browser = await signInWithCookie(usher);
    const { status, body } = await browser.get('/users/me');
    expect({ status, email: body.email }).toEqual({ status: 200, email: ada.email });
    expect((await usher.api.get('/users/me', { cookie: `${cookie}=${'A'.repeat(43)}` })).status).toBe(401);
    expect((await usher.api.get('/users/me', { cookie: `${cookie}=` })).status).toBe(401);
  });

  it('is refreshed by POST /auth/refresh without sending tokens', async () => {
    const browser = await signInWithCookie(usher);
    const before = calls(usher, refresh);
    const { status, text } = await browser.post('/auth/refresh');
    expect({ status, text }).toEqual({ status: 204, text: '' });
    expect(calls(usher, refresh)).toBe(before + 1);
    expect((await browser.get('/users/me')).status).toBe(200);
  });

  it('is refreshed once for 50 concurrent requests, and only when the access token expires', async () => {
    const browser = await signInWithCookie(usher);
    const before = calls(usher, refresh);
    const fifty = () => Promise.all(Array.from({ length: 50 }, () => browser.get('/users/me')));
    await fifty();
    expect(calls(usher, refresh)).toBe(before);
    await changeLastSession(usher, `access_expires_at = now() + interval '29 seconds'`);
    expect((await fifty()).map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(calls(usher, refresh)).toBe(before + 1);
  });

  it('uses the access token until it expires while Cognito is unavailable', async () => {
    const browser = await signInWithCookie(usher);
    usher.proxy.answerWith(refresh, exception('InternalErrorException', '', 500));
    await changeLastSession(usher, `access_expires_at = now() + interval '20 seconds'`);
    expect((await browser.get('/users/me')).status).toBe(200);
    await changeLastSession(usher, `access_expires_at = now() - interval '1 second'`);
    expect((await browser.get('/users/me')).body.code).toBe('cognito.unavailable');
    usher.proxy.answerWith(refresh, undefined);
    expect((await browser.get('/users/me')).status).toBe(200);
  });

  it('is revoked when Cognito has revoked it', async () => {
    const browser = await signInWithCookie(usher);
    usher.proxy.answerWith(refresh, exception('NotAuthorizedException', 'Refresh Token has been revoked'));
    await changeLastSession(usher, `access_expires_at = now() + interval '20 seconds'`);
    expect((await browser.get('/users/me')).body.code).toBe('auth.token_invalid');
    usher.proxy.answerWith(refresh, undefined);
    expect((await browser.get('/users/me')).body.code).toBe('auth.token_invalid');
  });

  it.each([
    ['idle timeout', `last_used_at = now() - interval '14 days'`, 'expired'],
    ['absolute timeout', `created_at = now() - interval '30 days'`, 'expired'],
  ])('is refused and revoked at Usher and Cognito: %s', async (_name, assignment, reason) => {
    const browser = await signInWithCookie(usher);
    const { id } = await lastSession<{ id: string }>(usher, 'id');
    await usher.database.sql(`UPDATE usher.sessions SET ${assignment} WHERE id = $1`, [id]);
    const { answer } = usher.proxy.calls.findLast(({ operation }) => operation === 'InitiateAuth') ?? {};
    const { RefreshToken } = answer?.['AuthenticationResult'] as AuthenticationResultType;
    expect((await browser.get('/users/me')).body.code).toBe('auth.token_invalid');
    expect((await browser.post('/auth/refresh')).body.code).toBe('auth.token_invalid');
    // The previous test's revocation may still be in progress.
    const revoked = usher.proxy.calls.filter(({ operation, request }) => {
      return operation === 'RevokeToken' && request['Token'] === RefreshToken;
    });
    expect([typeof RefreshToken, revoked.length]).toEqual(['string', 1]);
    const [row] = await usher.database.sql('SELECT ended_reason FROM usher.sessions WHERE id = $1', [id]);
    expect(row).toEqual({ ended_reason: reason });
  });

  it('is revoked at the next request after its user was disabled', async () => {
    const browser = await signInWithCookie(usher, bob);
    await usher.database.sql(`UPDATE users SET usher_disabled_at = now() WHERE id = $1`, [bob.id]);
    expect((await browser.get('/auth/sessions')).body.code).toBe('auth.token_invalid');
    await usher.database.sql(`UPDATE users SET usher_disabled_at = NULL WHERE id = $1`, [bob.id]);
    expect((await browser.get('/auth/sessions')).body.code).toBe('auth.token_invalid');
  });

  it('refuses tokens that were copied from another row', async () => {
    await signInWithCookie(usher, bob);
    const { tokens } = await lastSession<{ tokens: string }>(usher, 'tokens');
    const browser = await signInWithCookie(usher);
    const { id } = await lastSession<{ id: string }>(usher, 'id');
    await usher.database.sql('UPDATE usher.sessions SET tokens = $2 WHERE id = $1', [id, tokens]);
    expect((await browser.get('/users/me')).body.code).toBe('auth.token_invalid');
  });

  describe('sign-out', () => {
    it('revokes the session at Usher and Cognito, and clears the cookie', async () => {
      const browser = await signInWithCookie(usher);
      const secret = browser.cookies.get(cookie);
      const before = calls(usher, 'RevokeToken');
      expect((await browser.post('/auth/sign-out')).status).toBe(204);
      expect(browser.cookies.has(cookie)).toBe(false);
      expect(calls(usher, 'RevokeToken')).toBe(before + 1);
      const again = { cookie: `${cookie}=${secret}` };
      expect((await usher.api.get('/users/me', again)).status).toBe(401);
      expect((await usher.api.post('/auth/sign-out', undefined, again)).status).toBe(204);
      expect((await usher.api.post('/auth/sign-out')).status).toBe(204);
    });

    it('is retried at the next sign-in when RevokeToken failed', async () => {
      const browser = await signInWithCookie(usher);
      const { id } = await lastSession<{ id: string }>(usher, 'id');
      usher.proxy.answerWith('RevokeToken', exception('InternalErrorException', '', 500));
      expect((await browser.post('/auth/sign-out')).status).toBe(204);
      usher.proxy.answerWith('RevokeToken', undefined);
      const isRevoked = async () => {
        const sql = 'SELECT revoked_at IS NOT NULL AS revoked FROM usher.sessions WHERE id = $1';
        return (await usher.database.sql<{ revoked: boolean }>(sql, [id]))[0]?.revoked;
      };
      expect(await isRevoked()).toBe(false);
      await changeLastSession(usher, `ended_at = now() - interval '2 minutes'`);
      const before = calls(usher, 'RevokeToken');
      await signInWithCookie(usher);
      while (!(await isRevoked()));
      expect(calls(usher, 'RevokeToken')).toBe(before + 1);
    });

    it('is not retried when the app client does not allow token revocation', async () => {
      const browser = await signInWithCookie(usher);
      usher.proxy.answerWith('RevokeToken', exception('UnsupportedOperationException'));
      expect((await browser.post('/auth/sign-out')).status).toBe(204);
      expect(await lastSession(usher, 'revoked_at IS NOT NULL AS revoked')).toEqual({ revoked: true });
    });
  });
});

describe('the session cookie with https', () => {
  it('has the prefix __Host-', async () => {
    const usher = await startUsher({ environment: { PUBLIC_URL: 'https://login.example.com' } });
    const browser = usher.browser();
    const { headers } = await browser.signIn(ada.email, ada.password, 'cookie');
    const name = `__Host-${cookie}`;
    const secret = browser.cookies.get(name);
    const signedIn = await browser.get('/users/me');
    await browser.post('/auth/sign-out');
    const left = [...browser.cookies.keys()];
    await usher.close();
    expect(headers.getSetCookie()).toContain(
      `${name}=${secret}; Max-Age=2592000; Path=/; HttpOnly; Secure; SameSite=Lax`,
    );
    expect({ status: signedIn.status, left }).toEqual({ status: 200, left: ['__Host-usher_device'] });
  });
});
