import { describe, expect, it } from '@jest/globals';
import { encode } from 'uqr';
import type { TotpEnrolmentResponse } from '#contracts';
import { wrongCodeAt } from '../../apps/user-pool/test/authenticator.js';
import type { ApiClient } from '../support/drivers/api-client.js';
import { cutOff, exception } from '../support/fakes/cognito-proxy.js';
import { deviseUser } from '../support/builders/devise-users.js';
import {
  answerTo,
  challengeOf,
  createPoolUser,
  invite,
  nextTotp,
  poolPassword,
  temporaryPassword,
} from '../support/builders/pool-users.js';
import { openUsher } from '../support/drivers/usher.js';

const ada = deviseUser('plain');
const issuer = 'accounts.example.com';
const environment = { PUBLIC_URL: `https://${issuer}` };

/** The QR code and the text for manual entry are equal. */
function expectEnrolment(totp: TotpEnrolmentResponse | undefined, account: string): void {
  expect(totp?.secretCode).toMatch(/^[A-Z2-7]{16,}$/);
  const uri = new URL(totp?.otpauthUri ?? '');
  expect(`${uri.protocol}//${uri.host}`).toBe('otpauth://totp');
  expect(decodeURIComponent(uri.pathname)).toBe(`/${issuer}:${account}`);
  expect(Object.fromEntries(uri.searchParams)).toEqual({ secret: totp?.secretCode, issuer });
  expect(totp?.qrCodeSvg).toMatch(/^<svg [\s\S]*<\/svg>$/);
  const { data } = encode(totp?.otpauthUri ?? '', { ecc: 'M', border: 4 });
  expect(modulesOf(totp?.qrCodeSvg ?? '', data.length)).toEqual(data);
}

/** @returns which modules are dark: the drawing has one rectangle for each run of them */
function modulesOf(svg: string, size: number): boolean[][] {
  const modules = Array.from({ length: size }, () => Array<boolean>(size).fill(false));
  for (const [, x, y, width] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1H\1z/g))
    modules[Number(y)]?.fill(true, Number(x), Number(x) + Number(width));
  return modules;
}

describe('an authenticator app, while signed in', () => {
  const usher = openUsher({ mfa: 'OPTIONAL', environment });

  const bearer = async (email: string, password: string) => {
    const { body } = await usher.api.signIn(email, password);
    return { authorization: `Bearer ${body.tokens?.accessToken}` };
  };
  const enrolment = async (api: ApiClient, headers: Record<string, string>) => {
    const { status, body } = await api.post('/auth/mfa/totp', undefined, headers);
    expect(status).toBe(200);
    return body as unknown as TotpEnrolmentResponse;
  };
  const verify = (api: ApiClient, headers: Record<string, string>, code: string) =>
    api.post('/auth/mfa/totp/verify', { code, deviceName: 'phone' }, headers);

  it('is set up, required at the next sign-in, and disabled again', async () => {
    const headers = await bearer(ada.email, ada.password);
    const totp = await enrolment(usher.api, headers);
    expectEnrolment(totp, ada.email);
    const wrong = await verify(usher.api, headers, wrongCodeAt(totp.secretCode, usher.clock.now()));
    expect({ status: wrong.status, code: wrong.body.code }).toEqual({ status: 422, code: 'auth.code_wrong' });
    // Not verified yet, so not required.
    expect((await usher.api.signIn(ada.email, ada.password)).body.tokens).toBeDefined();
    expect((await verify(usher.api, headers, nextTotp(usher, totp.secretCode))).status).toBe(204);

    const challenge = challengeOf(await usher.api.signIn(ada.email, ada.password));
    expect(challenge).toMatchObject({
      name: 'SOFTWARE_TOKEN_MFA',
      asks: ['SOFTWARE_TOKEN_MFA_CODE'],
      parameters: { FRIENDLY_DEVICE_NAME: 'phone' },
    });
    const SOFTWARE_TOKEN_MFA_CODE = nextTotp(usher, totp.secretCode);
    const { body } = await answerTo(usher, challenge, { SOFTWARE_TOKEN_MFA_CODE });
    expect(body.user?.email).toBe(ada.email);
    const again = challengeOf(await usher.api.signIn(ada.email, ada.password));
    const used = await answerTo(usher, again, { SOFTWARE_TOKEN_MFA_CODE });
    expect({ status: used.status, code: used.body.code }).toEqual({ status: 422, code: 'auth.code_expired' });

    expect((await usher.api.delete('/auth/mfa/totp', headers)).status).toBe(204);
    expect((await usher.api.signIn(ada.email, ada.password)).body.tokens).toBeDefined();
  });

  it('is set up with the cookie, but not by another site', async () => {
    await createPoolUser(usher, 'bea@example.com');
    const browser = usher.browser();
    await browser.post('/auth/sign-in', {
      email: 'bea@example.com',
      password: poolPassword,
      session: 'cookie',
    });
    const headers = { 'sec-fetch-site': 'cross-site' };
    for (const method of ['POST', 'DELETE']) {
      const { status, body } = await browser.call(method, '/auth/mfa/totp', { headers });
      expect({ status, code: body.code }).toEqual({ status: 403, code: 'auth.csrf' });
    }
    const totp = await enrolment(browser, {});
    expectEnrolment(totp, 'bea@example.com');
    expect((await verify(browser, {}, nextTotp(usher, totp.secretCode))).status).toBe(204);
    const user = { UserPoolId: usher.userPoolId, Username: 'bea@example.com' };
    const found = () => usher.cognito.adminGetUser(user);
    expect((await found()).PreferredMfaSetting).toBe('SOFTWARE_TOKEN_MFA');
    expect((await browser.delete('/auth/mfa/totp')).status).toBe(204);
    expect((await found()).PreferredMfaSetting).toBeUndefined();
  });

  it('refuses callers without a session, invalid bodies and a verification without an enrolment', async () => {
    expect((await usher.api.post('/auth/mfa/totp')).body.code).toBe('auth.token_invalid');
    expect((await usher.api.delete('/auth/mfa/totp')).body.code).toBe('auth.token_invalid');
    await createPoolUser(usher, 'cyd@example.com');
    const headers = await bearer('cyd@example.com', poolPassword);
    expect((await usher.api.post('/auth/mfa/totp/verify', {}, headers)).body.code).toBe('request.invalid');
    expect((await verify(usher.api, headers, '123456')).body.code).toBe('auth.code_wrong');
  });
});

describe('an authenticator app in a pool with required MFA', () => {
  const usher = openUsher({ mfa: 'ON', environment, withSecret: true });

  it('is set up during the first sign-in of a legacy user', async () => {
    const challenge = challengeOf(await usher.api.signIn(` ${ada.email.toUpperCase()} `, ada.password));
    expect(challenge).toMatchObject({ name: 'MFA_SETUP', asks: ['SOFTWARE_TOKEN_MFA_CODE'], expiresIn: 900 });
    const { totp } = challenge;
    expectEnrolment(totp, ada.email);
    const wrong = wrongCodeAt(totp?.secretCode, usher.clock.now());
    const mistyped = await answerTo(usher, challenge, { SOFTWARE_TOKEN_MFA_CODE: wrong });
    expect({ status: mistyped.status, code: mistyped.body.code }).toEqual({
      status: 422,
      code: 'auth.code_wrong',
    });
    const SOFTWARE_TOKEN_MFA_CODE = nextTotp(usher, totp?.secretCode);
    const { status, body } = await answerTo(usher, challenge, { SOFTWARE_TOKEN_MFA_CODE });
    expect({ status, id: body.user?.id }).toEqual({ status: 200, id: ada.id });
    const replayed = await answerTo(usher, challenge, { SOFTWARE_TOKEN_MFA_CODE });
    expect(replayed.body.code).toBe('auth.challenge_expired');

    const next = challengeOf(await usher.api.signIn(ada.email, ada.password));
    expect(next.name).toBe('SOFTWARE_TOKEN_MFA');
    const code = nextTotp(usher, totp?.secretCode);
    expect((await answerTo(usher, next, { SOFTWARE_TOKEN_MFA_CODE: code })).body.user?.id).toBe(ada.id);
  });

  it('follows a temporary password', async () => {
    await invite(usher, 'bea@example.com');
    const first = challengeOf(await usher.api.signIn('bea@example.com', temporaryPassword));
    const challenge = challengeOf(await answerTo(usher, first, { NEW_PASSWORD: poolPassword }));
    expect(challenge.name).toBe('MFA_SETUP');
    expectEnrolment(challenge.totp, 'bea@example.com');
    const SOFTWARE_TOKEN_MFA_CODE = nextTotp(usher, challenge.totp?.secretCode);
    const { body } = await answerTo(usher, challenge, { SOFTWARE_TOKEN_MFA_CODE });
    expect(body.user?.email).toBe('bea@example.com');
  });

  const setUp = async (email: string) => {
    await createPoolUser(usher, email);
    const challenge = challengeOf(await usher.api.signIn(email, poolPassword));
    const answers = { SOFTWARE_TOKEN_MFA_CODE: nextTotp(usher, challenge.totp?.secretCode) };
    return { challenge, answers };
  };

  it('need not be set up again when Cognito fails after it has accepted the code', async () => {
    const { challenge, answers } = await setUp('cyd@example.com');
    usher.proxy.answerWith('RespondToAuthChallenge', exception('InternalErrorException', '', 500));
    const rest = challengeOf(await answerTo(usher, challenge, answers));
    expect(rest).toEqual({
      name: 'MFA_SETUP',
      session: expect.any(String),
      asks: [],
      expiresIn: 900,
      parameters: {},
    });
    expect((await answerTo(usher, rest, {})).body.code).toBe('cognito.unavailable');
    usher.proxy.answerWith('RespondToAuthChallenge', undefined);
    const { status, body } = await answerTo(usher, rest, {});
    expect({ status, email: body.user?.email }).toEqual({ status: 200, email: 'cyd@example.com' });
    expect((await answerTo(usher, rest, {})).body.code).toBe('auth.challenge_expired');
  });

  it('can be verified again when Cognito did not receive the code', async () => {
    const { challenge, answers } = await setUp('dan@example.com');
    usher.proxy.answerWith('VerifySoftwareToken', cutOff);
    expect((await answerTo(usher, challenge, answers)).body.code).toBe('cognito.unavailable');
    usher.proxy.answerWith('VerifySoftwareToken', undefined);
    expect((await answerTo(usher, challenge, answers)).body.user?.email).toBe('dan@example.com');
  });

  it('is not shown to a disabled user', async () => {
    await usher.database.sql(`UPDATE users SET usher_disabled_at = now() WHERE email = 'bob@example.com'`);
    const bob = deviseUser('second');
    await createPoolUser(usher, bob.email);
    const { status, body } = await usher.api.signIn(bob.email, poolPassword);
    expect({ status, code: body.code, challenge: body.challenge }).toEqual({
      status: 401,
      code: 'auth.invalid_credentials',
      challenge: undefined,
    });
    expect(usher.proxy.arrived.at(-1)).toBe('InitiateAuth');
  });
});
