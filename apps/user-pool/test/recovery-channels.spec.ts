import type { RecoveryOptionType } from '@aws-sdk/client-cognito-identity-provider';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { openTestPool, password, refusal, type TestPool } from './support.js';

const base = openTestPool();

async function poolWith(mechanisms?: RecoveryOptionType[]): Promise<TestPool> {
  const added = await base.addPool({
    ...(mechanisms && { AccountRecoverySetting: { RecoveryMechanisms: mechanisms } }),
  });
  await base.sdk.setUserPoolMfaConfig({
    UserPoolId: added.poolId,
    MfaConfiguration: 'OPTIONAL',
    SmsMfaConfiguration: {},
    EmailMfaConfiguration: {},
  });
  return added;
}

/** Pools without AccountRecoverySetting, and with each channel first. */
let unset: TestPool;
let mailFirst: TestPool;
let phoneFirst: TestPool;
let mailOnly: TestPool;
beforeAll(async () => {
  [unset, mailFirst, phoneFirst, mailOnly] = await Promise.all([
    poolWith(),
    poolWith([
      { Name: 'verified_phone_number', Priority: 2 },
      { Name: 'verified_email', Priority: 1 },
    ]),
    poolWith([
      { Name: 'verified_email', Priority: 2 },
      { Name: 'verified_phone_number', Priority: 1 },
    ]),
    poolWith([{ Name: 'verified_email', Priority: 1 }]),
  ]);
});

const medium = async (pool: TestPool, email: string) =>
  (await pool.forgot(email)).CodeDeliveryDetails?.DeliveryMedium;
const who = ({ poolId }: TestPool, Username: string) => ({ UserPoolId: poolId, Username });

/** A user with a verified address and a phone number. */
async function userWithPhone(pool: TestPool, email: string, verified = true): Promise<void> {
  await pool.createUser(email);
  const UserAttributes = [
    { Name: 'phone_number', Value: '+15551234567' },
    { Name: 'phone_number_verified', Value: String(verified) },
  ];
  await pool.sdk.adminUpdateUserAttributes({ ...who(pool, email), UserAttributes });
}

const answersBy = (pool: TestPool, email: string, settings: object) =>
  pool.sdk.adminSetUserMFAPreference({ ...who(pool, email), ...settings });
const sms = { SMSMfaSettings: { Enabled: true } };
const mail = { EmailMfaSettings: { Enabled: true } };

const noChannel = {
  name: 'InvalidParameterException',
  message: 'Cannot reset password for the user as there is no registered/verified email or phone_number',
};
const wrongState = {
  name: 'NotAuthorizedException',
  message: 'User password cannot be reset in the current state.',
};

// Developer guide: Recovering user accounts. API reference: AccountRecoverySettingType.
describe('a code for a forgotten password is sent', () => {
  it('without AccountRecoverySetting to the verified phone, then to the verified e-mail', async () => {
    await userWithPhone(unset, 'ann@example.com');
    expect(await medium(unset, 'ann@example.com')).toBe('SMS');
    await userWithPhone(unset, 'bea@example.com', false);
    expect(await medium(unset, 'bea@example.com')).toBe('EMAIL');
    await unset.createUser('cyd@example.com');
    expect(await medium(unset, 'cyd@example.com')).toBe('EMAIL');
  });

  it('to the verified channel with the lowest Priority', async () => {
    await userWithPhone(mailFirst, 'ann@example.com');
    expect(await medium(mailFirst, 'ann@example.com')).toBe('EMAIL');
    await userWithPhone(phoneFirst, 'ann@example.com');
    expect(await medium(phoneFirst, 'ann@example.com')).toBe('SMS');
    await userWithPhone(phoneFirst, 'bea@example.com', false);
    expect(await medium(phoneFirst, 'bea@example.com')).toBe('EMAIL');
  });

  it('to no unverified channel', async () => {
    await userWithPhone(mailOnly, 'ann@example.com');
    const UserAttributes = [
      { Name: 'email', Value: 'ann@example.com' },
      { Name: 'email_verified', Value: 'false' },
    ];
    const unverify = { ...who(mailOnly, 'ann@example.com'), UserAttributes };
    await mailOnly.sdk.adminUpdateUserAttributes(unverify);
    expect(await refusal(mailOnly.forgot('ann@example.com'))).toEqual(noChannel);
  });

  it('by e-mail to users with SMS MFA', async () => {
    await userWithPhone(unset, 'dan@example.com');
    await answersBy(unset, 'dan@example.com', sms);
    expect(await medium(unset, 'dan@example.com')).toBe('EMAIL');
    await userWithPhone(phoneFirst, 'dan@example.com');
    await answersBy(phoneFirst, 'dan@example.com', sms);
    expect(await medium(phoneFirst, 'dan@example.com')).toBe('EMAIL');
  });

  it('by text message to users with e-mail MFA', async () => {
    await userWithPhone(mailFirst, 'eve@example.com');
    await answersBy(mailFirst, 'eve@example.com', mail);
    expect(await medium(mailFirst, 'eve@example.com')).toBe('SMS');
  });

  it('to no channel if every channel is a second factor', async () => {
    await userWithPhone(mailOnly, 'fay@example.com');
    await answersBy(mailOnly, 'fay@example.com', mail);
    expect(await refusal(mailOnly.forgot('fay@example.com'))).toEqual(noChannel);
    await userWithPhone(unset, 'fay@example.com');
    await answersBy(unset, 'fay@example.com', { ...mail, ...sms });
    expect(await refusal(unset.forgot('fay@example.com'))).toEqual(noChannel);
  });
});

// API reference: AdminResetUserPassword.
describe('AdminResetUserPassword', () => {
  const reset = (email: string) => unset.sdk.adminResetUserPassword(who(unset, email));

  it('accepts CONFIRMED users with a verified channel', async () => {
    await unset.createUser('gus@example.com');
    await reset('gus@example.com');
    expect(base.server.deliveries.list()[0]).toMatchObject({
      destination: 'gus@example.com',
      purpose: 'reset',
    });
    await answersBy(unset, 'cyd@example.com', mail);
    expect(await refusal(reset('cyd@example.com'))).toEqual(noChannel);
  });

  it('refuses invited and unconfirmed users', async () => {
    const invite = { ...who(unset, 'hal@example.com'), MessageAction: 'SUPPRESS' as const };
    await unset.sdk.adminCreateUser(invite);
    expect(await refusal(reset('hal@example.com'))).toEqual(wrongState);
    const signUp = { ClientId: unset.clientId, Username: 'ida@example.com', Password: password };
    await unset.sdk.signUp(signUp);
    expect(await refusal(reset('ida@example.com'))).toEqual(wrongState);
    expect((await refusal(unset.signIn('ida@example.com'))).name).toBe('UserNotConfirmedException');
  });
});
