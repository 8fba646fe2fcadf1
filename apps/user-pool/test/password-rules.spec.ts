import { describe, expect, it } from '@jest/globals';
import { openTestPool, password, refusal } from './support.js';

const pool = openTestPool({ Policies: { PasswordPolicy: { MinimumLength: 10, PasswordHistorySize: 2 } } });

const set = (Username: string, Password: string, Permanent = true) =>
  pool.sdk.adminSetUserPassword({ UserPoolId: pool.poolId, Username, Password, Permanent });
const statusOf = async (Username: string) =>
  (await pool.sdk.adminGetUser({ UserPoolId: pool.poolId, Username })).UserStatus;
const used = { name: 'PasswordHistoryPolicyViolationException', message: expect.any(String) };

// API reference: AdminSetUserPassword, ConfirmForgotPassword, PasswordPolicyType.
describe('AdminSetUserPassword', () => {
  it('enforces the policy and the history', async () => {
    await pool.createUser('ann@example.com');
    expect(await refusal(set('ann@example.com', 'too-short'))).toEqual({
      name: 'InvalidPasswordException',
      message: 'Password did not conform with policy: Password not long enough',
    });
    await set('ann@example.com', 'another-horse');
    expect(await refusal(set('ann@example.com', 'another-horse'))).toEqual(used);
    expect(await refusal(set('ann@example.com', password))).toEqual(used);
    await set('ann@example.com', 'third-horse');
    await set('ann@example.com', password);
  });

  it('Permanent confirms a user in any state without a code', async () => {
    await pool.createUser('bea@example.com');
    const user = { UserPoolId: pool.poolId, Username: 'bea@example.com' };
    await pool.sdk.adminResetUserPassword(user);
    expect(await statusOf('bea@example.com')).toBe('RESET_REQUIRED');
    await set('bea@example.com', 'another-horse');
    expect(await statusOf('bea@example.com')).toBe('CONFIRMED');
    await set('bea@example.com', 'temporary-horse', false);
    expect(await statusOf('bea@example.com')).toBe('FORCE_CHANGE_PASSWORD');
    await set('bea@example.com', 'lasting-horse');
    expect(await statusOf('bea@example.com')).toBe('CONFIRMED');
    expect((await pool.signIn('bea@example.com', 'lasting-horse')).AuthenticationResult).toBeDefined();
  });
});

describe('ConfirmForgotPassword', () => {
  it('also enforces the history', async () => {
    await pool.createUser('cyd@example.com');
    await pool.forgot('cyd@example.com');
    const reset = (Password: string) =>
      pool.sdk.confirmForgotPassword({
        ClientId: pool.clientId,
        Username: 'cyd@example.com',
        ConfirmationCode: pool.lastCode(),
        Password,
      });
    expect(await refusal(reset(password))).toEqual(used);
    await reset('another-horse');
  });
});

describe('ChangePassword', () => {
  it('refuses leading and trailing white space in both passwords before it finds the user', async () => {
    await pool.createUser('dee@example.com');
    const { AuthenticationResult } = await pool.signIn('dee@example.com', password);
    const change = (PreviousPassword: string, ProposedPassword: string) =>
      pool.sdk.changePassword({
        AccessToken: AuthenticationResult?.AccessToken,
        PreviousPassword,
        ProposedPassword,
      });
    const pattern = (member: string) => ({
      name: 'InvalidParameterException',
      message: `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\S]+.*[\\S]+`,
    });
    for (const wrong of [` ${password}`, `${password} `, `${password}\n`]) {
      expect(await refusal(change(wrong, 'another-horse'))).toEqual(pattern('previousPassword'));
      expect(await refusal(change(password, wrong))).toEqual(pattern('proposedPassword'));
    }
    await change(password, 'another horse');
  });
});
