import { describe, expect, it } from '@jest/globals';
import { openTestClient, openTestPool, refusal, type TestPool } from './support.js';

const pool = openTestPool();
const legacy = openTestClient(pool, { PreventUserExistenceErrors: 'LEGACY' });

const newPassword = 'Another-horse-2';
const confirm = (
  { sdk, clientId }: TestPool,
  Username: string,
  ConfirmationCode: string,
  Password = newPassword,
) => sdk.confirmForgotPassword({ ClientId: clientId, Username, ConfirmationCode, Password });

const mismatch = {
  name: 'CodeMismatchException',
  message: 'Invalid verification code provided, please try again.',
};
const expired = {
  name: 'ExpiredCodeException',
  message: 'Invalid code provided, please request a code again.',
};
const other = (code: string) => (code === '000000' ? '111111' : '000000');

describe('a forgotten password', () => {
  it('is replaced with a code that works once; until then the old one works (inferred)', async () => {
    const email = 'ann@example.com';
    await pool.createUser(email);
    await pool.forgot(email);
    const code = pool.lastCode();
    expect(code).toMatch(/^\d{6}$/);
    await pool.signIn(email);
    expect(await refusal(confirm(pool, email, other(code)))).toEqual(mismatch);
    await confirm(pool, email, code);
    expect((await pool.signIn(email, newPassword)).AuthenticationResult).toBeDefined();
    expect(await refusal(confirm(pool, email, code))).toEqual(expired);
  });

  it('accepts one of several concurrent ConfirmForgotPassword requests', async () => {
    const email = 'bea@example.com';
    await pool.createUser(email);
    await pool.forgot(email);
    const code = pool.lastCode();
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => confirm(pool, email, code)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('accepts only the latest code, for an hour', async () => {
    const email = 'cyd@example.com';
    await pool.createUser(email);
    await pool.forgot(email);
    const first = pool.lastCode();
    await pool.forgot(email);
    const second = pool.lastCode();
    if (first !== second) expect(await refusal(confirm(pool, email, first))).toEqual(mismatch);
    pool.server.clock.advanceBy(60 * 60_000);
    expect(await refusal(confirm(pool, email, second))).toEqual(expired);
  });

  it('keeps the code valid when the new password violates the policy', async () => {
    const email = 'dan@example.com';
    await pool.createUser(email);
    await pool.forgot(email);
    expect(await refusal(confirm(pool, email, pool.lastCode(), 'no-capital-1'))).toEqual({
      name: 'InvalidPasswordException',
      message: 'Password did not conform with policy: Password must have uppercase characters',
    });
    await confirm(pool, email, pool.lastCode());
  });

  it('looks the same for unknown users with PreventUserExistenceErrors', async () => {
    const email = 'nobody@example.com';
    expect(await refusal(confirm(pool, email, '123456'))).toEqual(expired);
    expect((await pool.forgot(email)).CodeDeliveryDetails).toEqual({
      Destination: 'n***@e***',
      DeliveryMedium: 'EMAIL',
      AttributeName: 'email',
    });
    expect(await refusal(confirm(pool, email, '123456'))).toEqual(mismatch);
    const unknown = { name: 'UserNotFoundException', message: 'Username/client id combination not found.' };
    expect(await refusal(legacy.forgot(email))).toEqual(unknown);
    expect(await refusal(confirm(legacy, email, '123456'))).toEqual(unknown);
  });

  it('is limited per hour for known and unknown users', async () => {
    for (const email of ['fay@example.com', 'unknown@example.com']) {
      if (email.startsWith('fay')) await pool.createUser(email);
      for (let call = 1; call <= 20; call++) await pool.forgot(email);
      expect(await refusal(pool.forgot(email))).toEqual({
        name: 'LimitExceededException',
        message: 'Attempt limit exceeded, please try after some time.',
      });
    }
    pool.server.clock.advanceBy(60 * 60_000);
    await pool.forgot('fay@example.com');
  });
});
