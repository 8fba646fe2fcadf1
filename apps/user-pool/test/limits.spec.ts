import { describe, expect, it } from '@jest/globals';
import { openTestPool, password, refusal, stoppedClock } from './support.js';

const pool = openTestPool({}, {}, () => ({ clock: stoppedClock() }));

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const pass = (milliseconds: number) => pool.server.clock.advanceBy(milliseconds);
const limited = {
  name: 'LimitExceededException',
  message: 'Attempt limit exceeded, please try after some time.',
};
const wrong = (code: string) => (code === '000000' ? '111111' : '000000');

const signUp = (Username: string) =>
  pool.sdk.signUp({ ClientId: pool.clientId, Username, Password: password });
const confirm = (Username: string, ConfirmationCode: string) =>
  pool.sdk.confirmSignUp({ ClientId: pool.clientId, Username, ConfirmationCode });
const reset = (Username: string, ConfirmationCode: string, Password = password) =>
  pool.sdk.confirmForgotPassword({ ClientId: pool.clientId, Username, ConfirmationCode, Password });
const accessToken = async (email: string) => (await pool.signIn(email)).AuthenticationResult?.AccessToken;
const AttributeName = 'email';
const requestCode = (AccessToken: string | undefined) =>
  pool.sdk.getUserAttributeVerificationCode({ AccessToken, AttributeName });
const verify = (AccessToken: string | undefined, Code: string) =>
  pool.sdk.verifyUserAttribute({ AccessToken, AttributeName, Code });

/** Expects that the limit refuses the call after `allowed` calls, and allows new calls an hour later. */
async function expectHourlyLimit(allowed: number, call: () => Promise<unknown>): Promise<void> {
  for (let number = 1; number <= allowed; number++) {
    expect(await call().catch((error: Error) => error.name)).not.toBe(limited.name);
  }
  expect(await refusal(call())).toEqual(limited);
  pass(hour - 1);
  expect(await refusal(call())).toEqual(limited);
  pass(1);
  expect(await call().catch((error: Error) => error.name)).not.toBe(limited.name);
}

// Developer guide: Quotas in Amazon Cognito.
describe('calls for one user in an hour', () => {
  it('ConfirmSignUp: 15', async () => {
    await signUp('ann@example.com');
    const code = wrong(pool.lastCode());
    await expectHourlyLimit(15, () => confirm('ann@example.com', code));
  });

  it('GetUserAttributeVerificationCode: 5', async () => {
    await pool.createUser('bea@example.com');
    let token = await accessToken('bea@example.com');
    await expectHourlyLimit(5, async () => {
      token = await accessToken('bea@example.com');
      return requestCode(token);
    });
  });

  it('VerifyUserAttribute: 15', async () => {
    await pool.createUser('cyd@example.com');
    await requestCode(await accessToken('cyd@example.com'));
    const code = wrong(pool.lastCode());
    await expectHourlyLimit(15, async () => verify(await accessToken('cyd@example.com'), code));
  });

  it('ForgotPassword and ConfirmForgotPassword together: 20, the most of 5 to 20 (inferred)', async () => {
    await pool.createUser('dan@example.com');
    let calls = 0;
    await expectHourlyLimit(20, () =>
      calls++ % 2 === 0 ? pool.forgot('dan@example.com') : reset('dan@example.com', wrong(pool.lastCode())),
    );
  });

  it('are counted for each user', async () => {
    await pool.createUser('eve@example.com');
    for (let call = 1; call <= 20; call++) await pool.forgot('unknown@example.com');
    expect(await refusal(pool.forgot('unknown@example.com'))).toEqual(limited);
    await pool.forgot('eve@example.com');
  });
});

describe('a code is valid for', () => {
  it('24 hours for sign-up', async () => {
    for (const [email, waits, name] of [
      ['fay@example.com', day - 1, 'none'],
      ['gus@example.com', day, 'ExpiredCodeException'],
    ] as const) {
      await signUp(email);
      const code = pool.lastCode();
      pass(waits);
      const outcome = await confirm(email, code).catch((error: Error) => error.name);
      expect(typeof outcome === 'string' ? outcome : 'none').toBe(name);
    }
  });

  it('24 hours for an attribute', async () => {
    await pool.createUser('hal@example.com');
    await requestCode(await accessToken('hal@example.com'));
    const first = pool.lastCode();
    pass(day - 1);
    await verify(await accessToken('hal@example.com'), first);
    await requestCode(await accessToken('hal@example.com'));
    pass(day);
    const late = verify(await accessToken('hal@example.com'), pool.lastCode());
    expect((await refusal(late)).name).toBe('ExpiredCodeException');
  });

  it('one hour for a forgotten password', async () => {
    await pool.createUser('ida@example.com');
    await pool.forgot('ida@example.com');
    pass(hour - 1);
    await reset('ida@example.com', pool.lastCode());
    await pool.forgot('ida@example.com');
    pass(hour);
    expect((await refusal(reset('ida@example.com', pool.lastCode()))).name).toBe('ExpiredCodeException');
  });
});

// Developer guide: Lockout behavior for failed sign-in attempts.
describe('the lock-out', () => {
  const fail = async (email: string) => (await refusal(pool.signIn(email, 'Wrong-horse-1'))).message;
  const judged = 'Incorrect username or password.';
  const locked = 'Password attempts exceeded';

  it('lasts 1 second after 5 failures, then twice as long for each, up to about 15 minutes', async () => {
    const email = 'jim@example.com';
    await pool.createUser(email);
    for (let failure = 1; failure < 5; failure++) expect(await fail(email)).toBe(judged);
    for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]) {
      expect(await fail(email)).toBe(judged);
      pass(seconds * 1000 - 1);
      expect(await fail(email)).toBe(locked);
      pass(1);
    }
    expect(await fail(email)).toBe(judged);
    pass(15 * minute - 1);
    expect((await refusal(pool.signIn(email))).message).toBe(locked);
    pass(1);
    expect((await pool.signIn(email)).AuthenticationResult).toBeDefined();
  });

  it('is not extended by attempts during the lock', async () => {
    const email = 'kim@example.com';
    await pool.createUser(email);
    for (let failure = 1; failure <= 8; failure++) {
      await fail(email);
      if (failure >= 5 && failure < 8) pass(2 ** (failure - 5) * 1000);
    }
    for (let second = 1; second <= 8; second++) {
      expect(await fail(email)).toBe(locked);
      expect((await refusal(pool.signIn(email))).message).toBe(locked);
      pass(1000);
    }
    expect((await pool.signIn(email)).AuthenticationResult).toBeDefined();
  });

  it('survives a reset that fails and ends with one that succeeds (inferred)', async () => {
    const email = 'lou@example.com';
    await pool.createUser(email);
    for (let failure = 1; failure <= 6; failure++) await fail(email);
    await pool.sdk.adminResetUserPassword({ UserPoolId: pool.poolId, Username: email });
    const code = pool.lastCode();
    await refusal(reset(email, wrong(code)));
    expect(await fail(email)).toBe(locked);
    await reset(email, code, 'Another-horse-2');
    expect((await pool.signIn(email, 'Another-horse-2')).AuthenticationResult).toBeDefined();
  });
});
