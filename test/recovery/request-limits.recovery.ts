import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../support/drivers/api-client.js';
import { createPoolUser, poolPassword } from '../support/builders/pool-users.js';
import { bearer, signInWithCookie, signInWithTokens } from '../support/drivers/sessions.js';
import { until } from '../support/drivers/until.js';
import { openUsher } from '../support/drivers/usher.js';
import { pointsOf, setPoints, statuses, times } from '../support/drivers/rate-limits.js';

const usher = openUsher({ environment: { RATE_LIMITS: 'on', TRUSTED_PROXIES: '127.0.0.1' } });
/** An API with its own counters on the same database. */
let another: ApiClient;
beforeAll(async () => {
  another = (await usher.startBeside()).api;
});
afterEach(() => usher.database.sql('DELETE FROM usher.rate_limits'));

let people = 0;
let email: string;
beforeEach(async () => {
  email = `person-${(people += 1)}@example.com`;
  await createPoolUser(usher, email);
});

const signIn = (api = usher.api) => api.signIn(email, poolPassword);

describe('successful sign-ins', () => {
  it('are limited by account over all processes, for right and wrong passwords', async () => {
    expect((await signIn()).status).toBe(200);
    await setPoints(usher, 'signed-in/account/60', 29);
    expect((await signIn(another)).status).toBe(200);
    const refused = await signIn();
    expect({ status: refused.status, code: refused.body.code }).toEqual({
      status: 429,
      code: 'too_many_requests',
    });
    expect(refused.body.retryAfter).toBeLessThanOrEqual(60);
    expect((await usher.api.signIn(email, 'wrong-password-1')).status).toBe(429);
    await until(async () => (await pointsOf(usher, 'sign-in/account/60')) === 0);
  });

  it('are limited to 300 an hour by account and 600 a minute by address', async () => {
    await signIn();
    await setPoints(usher, 'signed-in/account/3600', 300);
    expect((await signIn()).status).toBe(429);
    await setPoints(usher, 'signed-in/account/3600', 0);
    await setPoints(usher, 'signed-in/address/60', 600);
    expect((await signIn()).status).toBe(429);
    const elsewhere = { 'x-forwarded-for': '203.0.113.8' };
    const body = { email, password: poolPassword };
    expect((await usher.api.post('/auth/sign-in', body, elsewhere)).status).toBe(200);
  });

  it('are the only requests that this counter counts, so that it does not reveal accounts', async () => {
    for (const address of [email, 'nobody@example.com']) await usher.api.signIn(address, 'wrong-password-1');
    await until(async () => (await pointsOf(usher, 'signed-in/%')) === 0);
    await signIn();
    await until(async () => (await pointsOf(usher, 'sign-in/account/60')) === 2);
    expect([
      await pointsOf(usher, 'signed-in/account/60'),
      await pointsOf(usher, 'signed-in/address/60'),
    ]).toEqual([1, 1]);
  });
});

describe('successful refreshes', () => {
  it('are limited by account over all of its sessions', async () => {
    const { refreshToken } = await signInWithTokens(usher.api, { email, password: poolPassword });
    const browser = await signInWithCookie(usher, { email, password: poolPassword });
    const byToken = () => usher.api.post('/auth/refresh', { refreshToken });
    const byCookie = () => browser.post('/auth/refresh');
    expect([(await byToken()).status, (await byCookie()).status]).toEqual([200, 204]);
    expect(
      await usher.database.sql(
        `SELECT points FROM usher.rate_limits WHERE key LIKE 'refreshed/account/60:%'`,
      ),
    ).toEqual([{ points: 2 }]);
    await setPoints(usher, 'refreshed/account/60', 60);
    expect([(await byToken()).status, (await byCookie()).status]).toEqual([429, 429]);
    await setPoints(usher, 'refreshed/account/60', 0);
    await setPoints(usher, 'refreshed/account/3600', 1000);
    expect((await byToken()).status).toBe(429);
    await setPoints(usher, 'refreshed/account/3600', 0);
    expect((await byToken()).status).toBe(200);
    await setPoints(usher, 'refreshed/address/60', 1200);
    expect((await byToken()).status).toBe(429);
  });
});

describe('refused attempts', () => {
  it('that exceed the limit of successes of an account do not count for the address', async () => {
    const { refreshToken } = await signInWithTokens(usher.api, { email, password: poolPassword });
    expect((await usher.api.post('/auth/refresh', { refreshToken })).status).toBe(200);
    await setPoints(usher, 'signed-in/account/3600', 300);
    await setPoints(usher, 'refreshed/account/3600', 1000);
    const tries = () => [signIn(), usher.api.post('/auth/refresh', { refreshToken })];
    for (let n = 0; n < 3; n += 1)
      expect((await Promise.all(tries())).map(({ status }) => status)).toEqual([429, 429]);
    for (const kind of ['signed-in/address/60', 'signed-in/account/60'])
      expect(await pointsOf(usher, kind)).toBe(1);
    for (const kind of ['refreshed/address/60', 'refreshed/account/60'])
      expect(await pointsOf(usher, kind)).toBe(1);
  });

  it('do not count as successes when the caller disconnects before the answer', async () => {
    const { refreshToken } = await signInWithTokens(usher.api, { email, password: poolPassword });
    const { done, release } = usher.proxy.holdAnswer('GetTokensFromRefreshToken');
    await usher.database.sql('DELETE FROM usher.session_refresh_tokens');
    const hangUp = new AbortController();
    const refused = fetch(new URL('/auth/refresh', usher.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refreshToken }),
      signal: hangUp.signal,
    });
    await done;
    hangUp.abort();
    await expect(refused).rejects.toThrow();
    release();
    await until(async () => (await pointsOf(usher, 'refreshed/%')) === 0);
    // It counts as an attempt, because the password may have been wrong.
    expect(await pointsOf(usher, 'refresh/address/60')).toBe(1);
  });
});

describe('password attempts of signed-in users', () => {
  const newPassword = 'chosen-password-1';
  const change = (token: string, currentPassword: string, password = newPassword) =>
    usher.api.call('POST', '/passwords/change', {
      body: { currentPassword, password, passwordConfirmation: password },
      headers: bearer(token),
    });
  const changeEmail = (token: string, currentPassword: string, api = usher.api) =>
    api.call('PUT', '/users/me/email', {
      body: { email: `new-${Math.random()}@example.com`, currentPassword },
      headers: bearer(token),
    });

  it('are limited to five a minute by user, over both routes', async () => {
    const { accessToken } = await signInWithTokens(usher.api, { email, password: poolPassword });
    const wrong = (n: number) =>
      n % 2 === 0
        ? change(accessToken, 'wrong-password-1')
        : changeEmail(accessToken, 'wrong-password-1', another);
    expect(await statuses(6, wrong)).toEqual([...times(5, 401), 429]);
    expect((await changeEmail(accessToken, poolPassword)).status).toBe(429);
    expect((await change(accessToken, poolPassword)).status).toBe(429);
    // Other users and the owner's sign-ins are not limited.
    expect([await pointsOf(usher, 'proof/account/60'), await pointsOf(usher, 'sign-in/account/60')]).toEqual([
      8, 0,
    ]);
  });

  it('are limited to thirty an hour', async () => {
    const { accessToken } = await signInWithTokens(usher.api, { email, password: poolPassword });
    expect((await changeEmail(accessToken, 'wrong-password-1')).status).toBe(401);
    await setPoints(usher, 'proof/account/3600', 30);
    expect((await changeEmail(accessToken, poolPassword)).status).toBe(429);
  });

  it('count only when they are wrong', async () => {
    const { accessToken } = await signInWithTokens(usher.api, { email, password: poolPassword });
    expect((await change(accessToken, poolPassword, 'short')).status).toBe(422);
    expect((await change(accessToken, poolPassword)).status).toBe(204);
    await until(async () => (await pointsOf(usher, 'proof/account/60')) === 0);
  });
});

describe('refused tokens at /aws/auth', () => {
  const callMigrationEndpoint = (token: string, address: string) =>
    usher.api.post(
      '/aws/auth',
      { email: 'nobody@example.com', password: 'x', access_token: token },
      { 'x-forwarded-for': address },
    );

  it('are limited by network, and the right token is not', async () => {
    const refused = await callMigrationEndpoint('wrong', '203.0.113.1');
    expect([refused.status, refused.text]).toEqual([401, '']);
    await setPoints(usher, 'migration-token/address/60', 59);
    expect((await callMigrationEndpoint('wrong', '203.0.113.1')).status).toBe(401);
    const limited = await callMigrationEndpoint('wrong', '203.0.113.1');
    expect([limited.status, limited.body.code]).toEqual([429, 'too_many_requests']);
    expect((await callMigrationEndpoint(usher.migrationToken, '203.0.113.1')).status).toBe(200);
    expect((await callMigrationEndpoint('wrong', '203.0.113.2')).status).toBe(401);
  });

  it('count, and accepted ones do not', async () => {
    expect(await statuses(3, () => callMigrationEndpoint(usher.migrationToken, '203.0.113.1'))).toEqual(
      times(3, 200),
    );
    expect(await pointsOf(usher, 'migration-token/%')).toBe(0);
  });
});
