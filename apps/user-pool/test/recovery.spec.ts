import { describe, expect, it } from '@jest/globals';
import {
  createUser,
  forgot,
  lastCode,
  openTestClient,
  openTestPool,
  refusal,
  signIn,
  type TestPool,
} from './support.js';

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
    await createUser(pool, email);
    await forgot(pool, email);
    const code = lastCode(pool);
    expect(code).toMatch(/^\d{6}$/);
    await signIn(pool, email);
    expect(await refusal(confirm(pool, email, other(code)))).toEqual(mismatch);
    await confirm(pool, email, code);
    expect((await signIn(pool, email, newPassword)).AuthenticationResult).toBeDefined();
    expect(await refusal(confirm(pool, email, code))).toEqual(expired);
  });

  it('accepts one of several concurrent ConfirmForgotPassword requests', async () => {
    const email = 'bea@example.com';
    await createUser(pool, email);
    await forgot(pool, email);
    const code = lastCode(pool);
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => confirm(pool, email, code)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('accepts only the latest code, for an hour', async () => {
    const email = 'cyd@example.com';
    await createUser(pool, email);
    await forgot(pool, email);
    const first = lastCode(pool);
    await forgot(pool, email);
    const second = lastCode(pool);
    if (first !== second) expect(await refusal(confirm(pool, email, first))).toEqual(mismatch);
    pool.server.clock.advanceBy(60 * 60_000);
    expect(await refusal(confirm(pool, email, second))).toEqual(expired);
  });

  it('keeps the code valid when the new password violates the policy', async () => {
    const email = 'dan@example.com';
    await createUser(pool, email);
    await forgot(pool, email);
    expect(await refusal(confirm(pool, email, lastCode(pool), 'no-capital-1'))).toEqual({
      name: 'InvalidPasswordException',
      message: 'Password did not conform with policy: Password must have uppercase characters',
    });
    await confirm(pool, email, lastCode(pool));
  });

  it('looks the same for unknown users with PreventUserExistenceErrors', async () => {
    const email = 'nobody@example.com';
    expect(await refusal(confirm(pool, email, '123456'))).toEqual(expired);
    expect((await forgot(pool, email)).CodeDeliveryDetails).toEqual({
      Destination: 'n***@e***',
      DeliveryMedium: 'EMAIL',
      AttributeName: 'email',
    });
    expect(await refusal(confirm(pool, email, '123456'))).toEqual(mismatch);
    const unknown = { name: 'UserNotFoundException', message: 'Username/client id combination not found.' };
    expect(await refusal(forgot(legacy, email))).toEqual(unknown);
    expect(await refusal(confirm(legacy, email, '123456'))).toEqual(unknown);
  });

  it('is limited per hour for known and unknown users', async () => {
    for (const email of ['fay@example.com', 'unknown@example.com']) {
      if (email.startsWith('fay')) await createUser(pool, email);
      for (let call = 1; call <= 20; call++) await forgot(pool, email);
      expect(await refusal(forgot(pool, email))).toEqual({
        name: 'LimitExceededException',
        message: 'Attempt limit exceeded, please try after some time.',
      });
    }
    pool.server.clock.advanceBy(60 * 60_000);
    await forgot(pool, 'fay@example.com');
  });
});
