import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../support/drivers/api-client.js';
import {
  bearer,
  calls,
  changeLastSession,
  signInWithCookie,
  signInWithTokens,
  statusWith,
} from '../support/drivers/sessions.js';
import { rotation } from '../support/builders/test-pool.js';
import type { UsherProcess } from '../support/drivers/usher-process.js';
import { startUsher, openUsher } from '../support/drivers/usher.js';

const refresh = 'GetTokensFromRefreshToken';

/** 50 concurrent requests. */
const fifty = <T>(request: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: 50 }, (_, index) => request(index)));

/** @returns milliseconds until a request is answered with 401 */
async function refusedAfter(request: () => Promise<number>): Promise<number> {
  const begun = Date.now();
  while ((await request()) !== 401) if (Date.now() - begun > 10_000) throw new Error('never refused');
  return Date.now() - begun;
}

describe.each([
  ['without rotation', undefined],
  ['with rotation and no grace', rotation(0)],
])('two processes, %s', (_name, client) => {
  let other: UsherProcess;
  let apis: [ApiClient, ApiClient];

  const usher = openUsher({ client });
  beforeAll(async () => {
    other = await usher.startProcess();
    apis = [usher.api, other.api];
  });

  const apiOf = (index: number) => apis[index % 2] ?? usher.api;

  it('answer 50 concurrent refreshes of one session', async () => {
    const { refreshToken } = await signInWithTokens(usher.api);
    const before = calls(usher, refresh);
    const answers = await fifty((index) => apiOf(index).post('/auth/refresh', { refreshToken }));
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    // Without rotation a late request is a further refresh.
    if (client) expect(calls(usher, refresh)).toBe(before + 1);
    const { accessToken = '', refreshToken: next = '' } = answers.at(-1)?.body.tokens ?? {};
    for (const api of apis) {
      expect(await statusWith(api, accessToken)).toBe(200);
      expect((await api.post('/auth/refresh', { refreshToken: next })).status).toBe(200);
    }
  });

  it('refresh the session of a cookie once', async () => {
    const browser = await signInWithCookie(usher);
    const headers = { cookie: `usher_session=${browser.cookies.get('usher_session')}` };
    await changeLastSession(usher, `access_expires_at = now() - interval '1 second'`);
    const before = calls(usher, refresh);
    const answers = await fifty((index) => apiOf(index).get('/users/me', headers));
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(calls(usher, refresh)).toBe(before + 1);
  });

  it('refuse a session within 2 seconds after either of them has revoked it', async () => {
    const lost = await signInWithTokens(usher.api);
    expect(await statusWith(other.api, lost.accessToken)).toBe(200);
    const { refreshToken } = lost;
    expect((await usher.api.post('/auth/sign-out', { refreshToken })).status).toBe(204);
    expect(await refusedAfter(() => statusWith(other.api, lost.accessToken))).toBeLessThan(2000);
    expect((await other.api.post('/auth/refresh', { refreshToken })).status).toBe(401);

    const everywhere = [await signInWithTokens(usher.api), await signInWithTokens(other.api)];
    const [mine, theirs] = everywhere.map(({ accessToken }) => accessToken);
    expect((await other.api.post('/auth/sign-out-everywhere', undefined, bearer(theirs ?? ''))).status).toBe(
      204,
    );
    expect(await refusedAfter(() => statusWith(usher.api, mine ?? ''))).toBeLessThan(2000);
  });

  it('refuse sessions that were revoked before their start', async () => {
    const { accessToken, refreshToken } = await signInWithTokens(usher.api);
    await usher.api.post('/auth/sign-out', { refreshToken });
    const late = await usher.startProcess();
    expect(await statusWith(late.api, accessToken)).toBe(401);
  });
});

describe('session secrets', () => {
  it('can be rotated without revoking sessions, until the old one is removed', async () => {
    const [old, next] = ['a-session-secret-of-the-tests', 'the-next-secret-of-the-tests'];
    const usher = await startUsher({ environment: { SESSION_SECRETS: old } });
    const browser = await signInWithCookie(usher);
    const { refreshToken } = await signInWithTokens(usher.api);
    const lost = await signInWithTokens(usher.api);
    const headers = { cookie: `usher_session=${browser.cookies.get('usher_session')}` };
    const both = await usher.startProcess({ SESSION_SECRETS: `${next},${old}` });
    const dropped = await usher.startProcess({ SESSION_SECRETS: next });
    const statuses = {
      whenDropped: (await dropped.api.get('/users/me', headers)).status,
      withBoth: (await both.api.get('/users/me', headers)).status,
      renewed: (await both.api.post('/auth/refresh', undefined, headers)).status,
      sealedAnew: (await dropped.api.get('/users/me', headers)).status,
      // A session in token mode needs no secret.
      tokens: (await dropped.api.post('/auth/refresh', { refreshToken })).status,
      signOut: (await dropped.api.post('/auth/sign-out', { refreshToken: lost.refreshToken })).status,
      told: usher.proxy.calls.at(-1)?.request.Token === lost.refreshToken,
    };
    await usher.close();
    expect(statuses).toEqual({
      whenDropped: 401,
      withBoth: 200,
      renewed: 204,
      sealedAnew: 200,
      tokens: 200,
      signOut: 204,
      told: true,
    });
  });
});
