import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ChallengesService } from '../../src/auth/challenges.service.js';
import type { ApiClient } from '../support/drivers/api-client.js';
import { allMailsSent, mailedCode } from '../support/drivers/mails.js';
import {
  answerTo,
  challengeOf,
  changeAttributes,
  createPoolUser,
  invite,
  poolPassword,
  temporaryPassword,
} from '../support/builders/pool-users.js';
import { bearer, signInWithTokens } from '../support/drivers/sessions.js';
import { until } from '../support/drivers/until.js';
import { openUsher } from '../support/drivers/usher.js';
import { pointsOf, setPoints, statuses, times } from '../support/drivers/rate-limits.js';

const usher = openUsher({ environment: { RATE_LIMITS: 'on' } });
const clearCounts = () => usher.database.sql('DELETE FROM usher.rate_limits');
afterEach(clearCounts);

let people = 0;
let email: string;
let sub: string;
beforeEach(async () => {
  email = `owner-${(people += 1)}@example.com`;
  sub = await createPoolUser(usher, email);
});

const guess = (client: ApiClient = usher.api, address = email) => client.signIn(address, 'wrong-password-1');

/** A browser with a device cookie and without a session. */
async function device(address = email): Promise<ApiClient> {
  const browser = usher.browser();
  expect((await browser.signIn(address, poolPassword)).status).toBe(200);
  return browser;
}

const newPassword = 'chosen-password-1';
const forgot = (client: ApiClient = usher.api) => client.post('/passwords/forgot', { email });
const reset = (client: ApiClient, code: string, body: object = {}) =>
  client.post('/passwords/reset', {
    ...{ code, password: newPassword, passwordConfirmation: newPassword },
    ...body,
  });

async function resetWithCode(client: ApiClient): Promise<void> {
  expect((await forgot(client)).status).toBe(202);
  await allMailsSent(usher);
  expect((await reset(client, await mailedCode(usher, email))).status).toBe(204);
}

const setCookies = (headers: Headers, name: string) =>
  headers.getSetCookie().filter((cookie) => cookie.startsWith(`${name}=`));

describe('the device cookie', () => {
  const attributes = '; Max-Age=7776000; Path=/; HttpOnly; SameSite=Lax';

  it.each(['tokens', 'cookie'] as const)('is set by a sign-in with %s', async (mode) => {
    const { headers } = await usher.api.signIn(email, poolPassword, mode);
    const [cookie, ...others] = setCookies(headers, 'usher_device');
    expect(cookie?.replace(/=[^;]+/, '=…')).toBe(`usher_device=…${attributes}`);
    expect([others, cookie?.includes(email), cookie?.includes(sub)]).toEqual([[], false, false]);
  });

  it('is set at the last step of a sign-in with challenges only', async () => {
    await invite(usher, 'invited@example.com');
    const first = await usher.api.signIn('invited@example.com', temporaryPassword);
    expect(first.headers.getSetCookie()).toEqual([]);
    const last = await answerTo(usher, challengeOf(first), { NEW_PASSWORD: newPassword });
    const cookie = setCookies(last.headers, 'usher_device')[0]?.split(';')[0] ?? '';
    await statuses(5, () => guess(usher.api, 'invited@example.com'));
    const signIn = (headers: Record<string, string>) =>
      usher.api.post('/auth/sign-in', { email: 'invited@example.com', password: newPassword }, headers);
    expect([(await signIn({})).status, (await signIn({ cookie })).status]).toEqual([429, 200]);
  });

  it('is never set by a refusal', async () => {
    const browser = await device();
    expect((await guess()).headers.getSetCookie()).toEqual([]);
    expect((await guess(browser)).headers.getSetCookie()).toEqual([]);
    expect((await guess(usher.api, 'nobody@example.com')).headers.getSetCookie()).toEqual([]);
  });
});

describe('sign-ins with the device cookie', () => {
  it('succeed while other clients are limited by wrong passwords of strangers', async () => {
    const browser = await device();
    expect(await statuses(6, () => guess())).toEqual([...times(5, 401), 429]);
    expect((await usher.api.signIn(email, poolPassword)).status).toBe(429);
    // Cognito's own lockout after the fifth wrong password lasts a second, for all clients.
    usher.clock.advanceBy(2000);
    expect((await browser.signIn(` ${email.toUpperCase()} `, poolPassword)).status).toBe(200);
  });

  it('have a separate limit of five wrong passwords a minute', async () => {
    const browser = await device();
    expect(await statuses(6, () => guess(browser))).toEqual([...times(5, 401), 429]);
    expect(await pointsOf(usher, 'sign-in/account/60')).toBe(0);
    // Five wrong passwords later, Cognito refuses for a second.
    usher.clock.advanceBy(2000);
    expect((await usher.api.signIn(email, poolPassword)).status).toBe(200);
  });

  it('count like any other with a cookie of another account', async () => {
    const other = await device(`owner-${people - 1}@example.com`);
    await until(async () => (await pointsOf(usher, 'sign-in/account/60')) === 0);
    const changed = usher.browser();
    changed.cookies.set('usher_device', `${other.cookies.get('usher_device') ?? ''}AAAA`);
    await statuses(2, () => guess(other));
    await statuses(2, () => guess(changed));
    await statuses(2, () => guess(other, 'nobody@example.com'));
    expect([await pointsOf(usher, 'sign-in/account/60'), await pointsOf(usher, 'sign-in/device/60')]).toEqual(
      [6, 0],
    );
  });

  it('still count for their client address', async () => {
    const browser = await device();
    await guess(browser);
    await setPoints(usher, 'sign-in/address/60', 60);
    expect((await browser.signIn(email, poolPassword)).status).toBe(429);
  });

  it('stay valid after a change of the e-mail address', async () => {
    const browser = await device();
    const moved = `moved-${people}@example.com`;
    await changeAttributes(usher, email, { email: moved });
    await usher.database.sql('UPDATE users SET email = $2 WHERE email = $1', [email, moved]);
    await until(async () => (await pointsOf(usher, 'sign-in/account/60')) === 0);
    await guess(browser);
    expect(await pointsOf(usher, 'sign-in/account/60')).toBe(1);
    await guess(browser, moved);
    expect([await pointsOf(usher, 'sign-in/account/60'), await pointsOf(usher, 'sign-in/device/60')]).toEqual(
      [1, 1],
    );
  });

  it('replace the cookie of another account', async () => {
    const browser = await device(`owner-${people - 1}@example.com`);
    const before = browser.cookies.get('usher_device');
    await browser.signIn(email, poolPassword);
    expect(browser.cookies.get('usher_device')).not.toBe(before);
    await until(async () => (await pointsOf(usher, 'sign-in/account/60')) === 0);
    await guess(browser);
    expect([await pointsOf(usher, 'sign-in/account/60'), await pointsOf(usher, 'sign-in/device/60')]).toEqual(
      [0, 1],
    );
  });
});

describe('a new password', () => {
  it('by reset clears the cookie and makes those of other devices invalid', async () => {
    const [browser, thief] = [await device(), await device()];
    await resetWithCode(browser);
    expect(browser.cookies.has('usher_device')).toBe(false);
    await clearCounts();
    await statuses(6, () => guess(thief));
    expect([await pointsOf(usher, 'sign-in/account/60'), await pointsOf(usher, 'sign-in/device/60')]).toEqual(
      [5 + 1, 0],
    );
  });

  it('by change keeps only the cookie of the browser that made it', async () => {
    const [browser, thief] = [await device(), await device()];
    const { accessToken } = await signInWithTokens(usher.api, { email, password: poolPassword });
    const body = { currentPassword: poolPassword, password: newPassword, passwordConfirmation: newPassword };
    expect((await browser.post('/passwords/change', body, bearer(accessToken))).status).toBe(204);
    await until(async () => (await pointsOf(usher, 'sign-in/account/60')) === 0);
    await guess(browser);
    await guess(thief);
    expect([await pointsOf(usher, 'sign-in/account/60'), await pointsOf(usher, 'sign-in/device/60')]).toEqual(
      [1, 1],
    );
  });
});

it('a renewed device cookie gives no additional attempts', async () => {
  const browser = await device();
  const { accessToken } = await signInWithTokens(usher.api, { email, password: poolPassword });
  expect(await statuses(4, () => guess(browser))).toEqual(times(4, 401));
  const before = browser.cookies.get('usher_device');
  // Without an app nothing changes.
  expect((await browser.delete('/auth/mfa/totp', bearer(accessToken))).status).toBe(204);
  expect(browser.cookies.get('usher_device')).not.toBe(before);
  expect(await statuses(2, () => guess(browser))).toEqual([401, 429]);
});

describe('codes of a challenge', () => {
  it('are counted separately for the device', async () => {
    const browser = await device();
    const session = usher.app.get(ChallengesService, { strict: false }).seal({
      ...{ name: 'SMS_MFA', session: 'x'.repeat(40), userId: sub, email, mode: 'tokens' },
      ...{ beganAt: Date.now(), asks: ['SMS_MFA_CODE'] },
    });
    const answer = (client: ApiClient) => client.post('/auth/challenge', { session, answers: { X: '1' } });
    expect(await statuses(6, () => answer(usher.api))).toEqual([...times(5, 422), 429]);
    expect((await answer(browser)).status).toBe(422);
  });
});

describe('resets', () => {
  it('can be requested by the device while strangers have reached the limit', async () => {
    const browser = await device();
    expect(await statuses(6, () => forgot())).toEqual([...times(5, 202), 429]);
    await resetWithCode(browser);
  });

  it('succeed with the cookie of the reset while strangers guess codes', async () => {
    const browser = usher.browser();
    await forgot(browser);
    const stranger = () => reset(usher.api, '000000', { email });
    expect(await statuses(11, stranger)).toEqual([...times(10, 422), 429]);
    expect((await reset(usher.api, await mailedCode(usher, email), { email })).status).toBe(429);
    // With the address in the body as well, in another spelling.
    const done = await reset(browser, await mailedCode(usher, email), { email: email.toUpperCase() });
    expect(done.status).toBe(204);
  });

  it('accept ten codes each, independent of the spelling of the cookie', async () => {
    const browser = usher.browser();
    await forgot(browser);
    await reset(browser, '000000');
    await setPoints(usher, 'reset/reset/3600', 9);
    expect((await reset(browser, '000000')).status).toBe(422);
    browser.cookies.set('usher_reset', `${browser.cookies.get('usher_reset') ?? ''}.~`);
    expect((await reset(browser, '000000')).status).toBe(429);
    await forgot(browser);
    expect((await reset(browser, '000000')).status).toBe(422);
    expect(await pointsOf(usher, 'reset/account/3600')).toBe(0);
  });

  it('of one account accept 150 codes an hour in total, without those of the device', async () => {
    const [stranger, owner] = [usher.browser(), await device()];
    await forgot(stranger);
    await forgot(owner);
    await reset(stranger, '000000');
    await setPoints(usher, 'reset/known-resets/3600', 150);
    expect((await reset(stranger, '000000')).status).toBe(429);
    expect((await reset(owner, await mailedCode(usher, email))).status).toBe(204);
  });

  it('count for the address in the body when the cookie has another one', async () => {
    const browser = usher.browser();
    await forgot(browser);
    await reset(browser, '000000', { email: 'nobody@example.com' });
    expect([await pointsOf(usher, 'reset/account/3600'), await pointsOf(usher, 'reset/reset/3600')]).toEqual([
      1, 0,
    ]);
  });
});

// Last: Passport's strategies are global, and the application started last replaces them.
describe('the device cookie with https', () => {
  it('has the prefix __Host- and is secure', async () => {
    const { api } = await usher.startBeside({ PUBLIC_URL: 'https://id.example.com' });
    const { headers } = await api.signIn(email, poolPassword);
    const cookies = headers.getSetCookie().map((cookie) => cookie.replace(/=[^;]+/, '=…'));
    expect(cookies).toEqual([
      '__Host-usher_device=…; Max-Age=7776000; Path=/; HttpOnly; Secure; SameSite=Lax',
    ]);
  });
});
