import { beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionResponse } from '#contracts';
import { LastUsedTracker } from '../../src/sessions/last-used.tracker.js';
import type { ApiClient } from '../support/drivers/api-client.js';
import { exception } from '../support/fakes/cognito-proxy.js';
import {
  ada,
  bearer,
  bob,
  calls,
  changeLastSession,
  lastSession,
  signInWithCookie,
  signInWithTokens,
  statusWith,
} from '../support/drivers/sessions.js';
import { startUsher, openUsher } from '../support/drivers/usher.js';

/** `auth_time` has a resolution of 1 second. */
async function nextSecond(): Promise<void> {
  const second = Math.floor(Date.now() / 1000);
  while (Math.floor(Date.now() / 1000) === second) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('the list of sessions', () => {
  const usher = openUsher();
  beforeEach(async () => {
    await usher.database.sql('DELETE FROM usher.sessions');
  });

  const list = async (api: ApiClient, headers?: Record<string, string>) => {
    const { status, text } = await api.get('/auth/sessions', headers);
    expect(status).toBe(200);
    return JSON.parse(text) as SessionResponse[];
  };

  it("contains the caller's live sessions, last used first, and no secret", async () => {
    const api = usher.api;
    const sign = { email: ada.email, password: ada.password };
    const { body } = await api.post('/auth/sign-in', sign, { 'user-agent': 'An app/1.0' });
    const browser = usher.browser();
    await browser.post('/auth/sign-in', { ...sign, session: 'cookie' }, { 'user-agent': 'A browser' });
    await signInWithTokens(api, bob);
    const { accessToken = '', refreshToken } = body.tokens ?? {};
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const common = { id: expect.stringMatching(/^[\da-f-]{36}$/), createdAt: time, lastUsedAt: time };
    const app = { ...common, session: 'tokens', device: 'An app/1.0', address: '127.0.0.1' };
    const web = { ...common, session: 'cookie', device: 'A browser', address: '127.0.0.1' };
    expect(await list(api, bearer(accessToken))).toEqual([
      { ...web, current: false },
      { ...app, current: true },
    ]);
    expect(await list(browser)).toEqual([
      { ...web, current: true },
      { ...app, current: false },
    ]);
    await api.post('/auth/refresh', { refreshToken });
    expect((await list(browser)).map(({ device }) => device)).toEqual(['An app/1.0', 'A browser']);
    await api.post('/auth/sign-out', { refreshToken });
    expect(await list(browser)).toHaveLength(1);
  });

  it('omits expired sessions', async () => {
    await signInWithTokens(usher.api);
    await changeLastSession(usher, `last_used_at = now() - interval '14 days'`);
    const browser = await signInWithCookie(usher);
    expect(await list(browser)).toHaveLength(1);
  });

  it('requires an access token', async () => {
    expect((await usher.api.get('/auth/sessions')).body.code).toBe('auth.token_invalid');
    expect((await usher.api.delete('/auth/sessions/x')).body.code).toBe('auth.token_invalid');
    expect((await usher.api.post('/auth/sign-out-everywhere')).body.code).toBe('auth.token_invalid');
  });

  it('truncates a long user agent and accepts an empty one', async () => {
    const sign = { email: ada.email, password: ada.password };
    await usher.api.post('/auth/sign-in', sign, { 'user-agent': 'x'.repeat(2000) });
    expect(await lastSession(usher, 'length(device)')).toEqual({ length: 512 });
    await usher.api.post('/auth/sign-in', sign, { 'user-agent': '' });
    expect((await lastSession<{ device: string }>(usher, 'device')).device).toBe('');
  });

  it('records the last use after the response', async () => {
    const { accessToken } = await signInWithTokens(usher.api);
    const browser = await signInWithCookie(usher);
    await usher.database.sql(
      `UPDATE usher.sessions SET last_used_at = now() - interval '1 hour', address = '192.0.2.1'`,
    );
    await statusWith(usher.api, accessToken);
    await browser.get('/users/me');
    const used = `SELECT address::text, last_used_at > now() - interval '1 minute' AS recent FROM usher.sessions`;
    expect(await usher.database.sql(used)).toEqual(Array(2).fill({ address: '192.0.2.1/32', recent: false }));
    await usher.app.get(LastUsedTracker).beforeApplicationShutdown();
    expect(await usher.database.sql(used)).toEqual(Array(2).fill({ address: '127.0.0.1/32', recent: true }));
  });

  it('does not reactivate a session that exceeded the idle timeout', async () => {
    const { accessToken } = await signInWithTokens(usher.api);
    await statusWith(usher.api, accessToken);
    await changeLastSession(usher, `last_used_at = now() - interval '14 days'`);
    await usher.app.get(LastUsedTracker).beforeApplicationShutdown();
    const { idle } = await lastSession<{ idle: boolean }>(
      usher,
      `last_used_at < now() - interval '13 days' AS idle`,
    );
    expect(idle).toBe(true);
  });

  describe('revocation of one session', () => {
    it('signs another device out at once', async () => {
      const lost = await signInWithTokens(usher.api);
      const browser = await signInWithCookie(usher);
      const [, other] = await list(browser);
      const before = calls(usher, 'RevokeToken');
      expect((await browser.delete(`/auth/sessions/${other?.id}`)).status).toBe(204);
      expect(await statusWith(usher.api, lost.accessToken)).toBe(401);
      const { refreshToken } = lost;
      expect((await usher.api.post('/auth/refresh', { refreshToken })).status).toBe(401);
      expect(calls(usher, 'RevokeToken')).toBe(before + 1);
      expect(await list(browser)).toHaveLength(1);
    });

    it('revokes the session of a cookie', async () => {
      const browser = await signInWithCookie(usher);
      const { accessToken } = await signInWithTokens(usher.api);
      const [, other] = await list(usher.api, bearer(accessToken));
      await usher.api.delete(`/auth/sessions/${other?.id}`, bearer(accessToken));
      expect((await browser.get('/users/me')).status).toBe(401);
    });

    it('returns 404 for sessions of other users, unknown ids and invalid ids', async () => {
      const theirs = await signInWithTokens(usher.api, bob);
      const { id } = await lastSession<{ id: string }>(usher, 'id');
      const browser = await signInWithCookie(usher);
      const unknown = '00000000-0000-4000-8000-000000000000';
      for (const tried of [id, unknown, 'x', `${unknown}%00`, `${id}'`]) {
        const { status, body } = await browser.delete(`/auth/sessions/${tried}`);
        expect({ status, code: body.code }).toEqual({ status: 404, code: 'request.not_found' });
      }
      expect(await statusWith(usher.api, theirs.accessToken)).toBe(200);
    });

    it('succeeds while Cognito is unavailable', async () => {
      const lost = await signInWithTokens(usher.api);
      const browser = await signInWithCookie(usher);
      const [, other] = await list(browser);
      usher.proxy.answerWith('RevokeToken', exception('InternalErrorException', '', 500));
      const { status } = await browser.delete(`/auth/sessions/${other?.id}`);
      usher.proxy.answerWith('RevokeToken', undefined);
      expect(status).toBe(204);
      expect(await statusWith(usher.api, lost.accessToken)).toBe(401);
    });
  });
});

describe('sign-out', () => {
  const signOut = (refreshToken: string) => usher.api.post('/auth/sign-out', { refreshToken });
  const everywhere = (token: string) => usher.api.post('/auth/sign-out-everywhere', undefined, bearer(token));

  const usher = openUsher();

  it('makes the access token invalid', async () => {
    const { accessToken, refreshToken } = await signInWithTokens(usher.api);
    expect((await signOut(refreshToken)).status).toBe(204);
    expect(await statusWith(usher.api, accessToken)).toBe(401);
    expect((await signOut(refreshToken)).status).toBe(204);
  });

  it('revokes the session at Usher while Cognito is unavailable, and returns cognito.unavailable', async () => {
    const { accessToken, refreshToken } = await signInWithTokens(usher.api);
    usher.proxy.answerWith('RevokeToken', exception('InternalErrorException', '', 500));
    expect((await signOut(refreshToken)).body.code).toBe('cognito.unavailable');
    expect(await statusWith(usher.api, accessToken)).toBe(401);
    usher.proxy.answerWith('RevokeToken', undefined);
    const before = calls(usher, 'RevokeToken');
    expect((await signOut(refreshToken)).status).toBe(204);
    expect(calls(usher, 'RevokeToken')).toBe(before + 1);
  });

  it('everywhere revokes all sessions of the user, also those of other clients', async () => {
    const other = await signInWithTokens(usher.api);
    const browser = await signInWithCookie(usher);
    const bobs = await signInWithTokens(usher.api, bob);
    const { AuthenticationResult: direct } = await usher.cognito.initiateAuth({
      ClientId: usher.clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: ada.email, PASSWORD: ada.password },
    });
    const elsewhere = direct?.AccessToken ?? '';
    expect(await statusWith(usher.api, elsewhere)).toBe(200);
    await nextSecond();
    expect((await everywhere(other.accessToken)).status).toBe(204);
    expect(await statusWith(usher.api, elsewhere)).toBe(401);
    expect(await statusWith(usher.api, other.accessToken)).toBe(401);
    const again = await signInWithTokens(usher.api);
    expect(await statusWith(usher.api, again.accessToken)).toBe(200);
    expect((await browser.get('/users/me')).status).toBe(401);
    const { refreshToken } = other;
    expect((await usher.api.post('/auth/refresh', { refreshToken })).status).toBe(401);
    expect(await statusWith(usher.api, bobs.accessToken)).toBe(200);
  });

  it('everywhere with a revoked session returns 204 and revokes nothing', async () => {
    const { accessToken, refreshToken } = await signInWithTokens(usher.api);
    await signOut(refreshToken);
    const { accessToken: other } = await signInWithTokens(usher.api);
    const before = calls(usher, 'GlobalSignOut');
    expect((await everywhere(accessToken)).status).toBe(204);
    expect(calls(usher, 'GlobalSignOut')).toBe(before);
    expect(await statusWith(usher.api, other)).toBe(200);
    expect((await everywhere('a.b.c')).status).toBe(401);
  });

  it('everywhere clears the cookie', async () => {
    const browser = await signInWithCookie(usher);
    expect((await browser.post('/auth/sign-out-everywhere')).status).toBe(204);
    expect(browser.cookies.has('usher_session')).toBe(false);
  });

  it('everywhere revokes nothing while Cognito is unavailable', async () => {
    const { accessToken } = await signInWithTokens(usher.api);
    usher.proxy.answerWith('GlobalSignOut', exception('InternalErrorException', '', 500));
    expect((await everywhere(accessToken)).body.code).toBe('cognito.unavailable');
    expect(await statusWith(usher.api, accessToken)).toBe(200);
    usher.proxy.answerWith('GlobalSignOut', undefined);
    expect((await everywhere(accessToken)).status).toBe(204);
    expect(await statusWith(usher.api, accessToken)).toBe(401);
  });
});

describe('expired sessions', () => {
  it('are revoked, and deleted later, by sign-ins', async () => {
    const usher = await startUsher();
    const old = await signInWithTokens(usher.api);
    await changeLastSession(usher, `created_at = now() - interval '30 days'`);
    const before = calls(usher, 'RevokeToken');
    await signInWithTokens(usher.api);
    const count = async () =>
      (await usher.database.sql(`SELECT 1 FROM usher.sessions WHERE revoked_at IS NOT NULL`)).length;
    while ((await count()) === 0);
    expect(calls(usher, 'RevokeToken')).toBe(before + 1);
    expect(await statusWith(usher.api, old.accessToken)).toBe(401);
    await usher.database.sql(
      `UPDATE usher.sessions SET ended_at = now() - interval '2 days' WHERE ended_at IS NOT NULL`,
    );
    await signInWithTokens(usher.api);
    const left = await usher.database.sql('SELECT ended_at FROM usher.sessions');
    const digests = await usher.database.sql('SELECT 1 FROM usher.session_refresh_tokens');
    await usher.close();
    expect(left).toEqual([{ ended_at: null }, { ended_at: null }]);
    expect(digests).toHaveLength(2);
  });
});
