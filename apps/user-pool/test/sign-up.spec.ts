import type { SignUpRequest } from '@aws-sdk/client-cognito-identity-provider';
import { describe, expect, it } from '@jest/globals';
import { openTestClient, openTestPool, password, refusal, type TestPool } from './support.js';

const pool = openTestPool();
const legacy = openTestClient(pool, { PreventUserExistenceErrors: 'LEGACY' });

const signUp = ({ sdk, clientId }: TestPool, Username: string, request: Partial<SignUpRequest> = {}) =>
  sdk.signUp({ ClientId: clientId, Username, Password: password, ...request });
const confirm = ({ sdk, clientId }: TestPool, Username: string, ConfirmationCode: string, force = false) =>
  sdk.confirmSignUp({ ClientId: clientId, Username, ConfirmationCode, ForceAliasCreation: force });
const resend = ({ sdk, clientId }: TestPool, Username: string) =>
  sdk.resendConfirmationCode({ ClientId: clientId, Username });
const get = ({ sdk, poolId }: TestPool, Username: string) =>
  sdk.adminGetUser({ UserPoolId: poolId, Username });
const attribute = async (user: ReturnType<typeof get>, name: string) =>
  (await user).UserAttributes?.find(({ Name }) => Name === name)?.Value;

const expired = 'Invalid code provided, please request a code again.';

describe('sign-up with an address as the username', () => {
  it('creates an unconfirmed user whose username is its sub; the code confirms the user and verifies the address', async () => {
    const email = 'ann@example.com';
    const answer = await signUp(pool, email);
    expect(answer).toMatchObject({
      UserConfirmed: false,
      CodeDeliveryDetails: { Destination: 'a***@e***', DeliveryMedium: 'EMAIL', AttributeName: 'email' },
    });
    expect((await get(pool, email)).Username).toBe(answer.UserSub);
    for (const wrong of [password, 'Wrong-horse-1']) {
      expect(await refusal(pool.signIn(email, wrong))).toEqual({
        name: 'UserNotConfirmedException',
        message: 'User is not confirmed.',
      });
    }
    const code = pool.lastCode();
    await confirm(pool, email, code);
    expect(await attribute(get(pool, email), 'email_verified')).toBe('true');
    expect((await pool.signIn(email)).AuthenticationResult).toBeDefined();
    expect((await refusal(confirm(pool, email, code))).message).toBe(
      'User cannot be confirmed. Current status is CONFIRMED',
    );
  });

  it('reports a taken address, even if it is unverified and with PreventUserExistenceErrors', async () => {
    await signUp(pool, 'bea@example.com');
    expect(await refusal(signUp(pool, 'BEA@example.com'))).toEqual({
      name: 'UsernameExistsException',
      message: 'An account with the given email already exists.',
    });
  });

  it('creates one user for several concurrent sign-ups', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => signUp(pool, 'cyd@example.com')),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('checks name, attributes and password', async () => {
    expect((await refusal(signUp(pool, 'dan'))).message).toBe('Username should be an email.');
    expect(await refusal(signUp(pool, 'dan@example.com', { Password: 'nouppercase1!' }))).toEqual({
      name: 'InvalidPasswordException',
      message: 'Password did not conform with policy: Password must have uppercase characters',
    });
    expect((await refusal(signUp(pool, 'dan@example.com', { Password: 'aB1!' }))).message).toBe(
      "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must have length greater than or equal to 6",
    );
    const UserAttributes = [{ Name: 'email_verified', Value: 'true' }];
    expect((await refusal(signUp(pool, 'dan@example.com', { UserAttributes }))).message).toBe(
      'A client attempted to write unauthorized attribute',
    );
  });

  it('accepts a sign-up code for a day and for no other purpose', async () => {
    const email = 'eve@example.com';
    await signUp(pool, email);
    const reset = {
      ClientId: pool.clientId,
      Username: email,
      ConfirmationCode: pool.lastCode(),
      Password: password,
    };
    expect((await refusal(pool.sdk.confirmForgotPassword(reset))).message).toBe(expired);
    pool.server.clock.advanceBy(24 * 60 * 60_000);
    expect((await refusal(confirm(pool, email, pool.lastCode()))).message).toBe(expired);
    await resend(pool, email);
    await confirm(pool, email, pool.lastCode());
  });

  it('resends codes to unconfirmed users only, and reports the reason if users are not hidden', async () => {
    const nobody = 'nobody@example.com';
    expect((await resend(pool, nobody)).CodeDeliveryDetails?.Destination).toBe('n***@e***');
    expect((await refusal(resend(legacy, nobody))).message).toBe('Username/client id combination not found.');
    expect((await refusal(resend(legacy, 'ann@example.com'))).message).toBe('User is already confirmed.');
    expect((await refusal(confirm(pool, nobody, '123456'))).message).toBe(expired);
    expect((await refusal(confirm(legacy, nobody, '123456'))).name).toBe('UserNotFoundException');
    for (let call = 3; call <= 5; call++) await resend(pool, nobody);
    expect((await refusal(resend(pool, nobody))).name).toBe('LimitExceededException');
  });

  it('is confirmed by an administrator without a verification of the address', async () => {
    await signUp(pool, 'fay@example.com');
    const user = { UserPoolId: pool.poolId, Username: 'fay@example.com' };
    await pool.sdk.adminConfirmSignUp(user);
    expect(await attribute(get(pool, 'fay@example.com'), 'email_verified')).toBeUndefined();
    expect((await refusal(pool.forgot('fay@example.com'))).name).toBe('InvalidParameterException');
  });

  it('can be disabled', async () => {
    const closed = await pool.addPool({ AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } });
    expect((await refusal(signUp(closed, 'gus@example.com'))).message).toBe(
      'SignUp is not permitted for this user pool',
    );
  });
});

describe('sign-up with the address as an alias', () => {
  it('moves the alias to the last user who verified it, when forced', async () => {
    const alias = await pool.addPool({
      UsernameAttributes: undefined,
      AliasAttributes: ['email'],
      Schema: undefined,
    });
    const UserAttributes = [{ Name: 'email', Value: 'hal@example.com' }];
    expect((await refusal(signUp(alias, 'hal@example.com'))).message).toBe(
      'Username cannot be of email format, since user pool is configured for email alias.',
    );
    await signUp(alias, 'hal', { UserAttributes });
    // An unverified alias identifies no user.
    expect((await refusal(alias.signIn('hal@example.com'))).name).toBe('NotAuthorizedException');
    await confirm(alias, 'hal', pool.lastCode());
    expect((await alias.signIn('hal@example.com')).AuthenticationResult).toBeDefined();
    await signUp(alias, 'hal2', { UserAttributes });
    expect(await refusal(confirm(alias, 'hal2', pool.lastCode()))).toEqual({
      name: 'AliasExistsException',
      message: 'An account with the email already exists.',
    });
    await confirm(alias, 'hal2', pool.lastCode(), true);
    expect((await get(alias, 'hal@example.com')).Username).toBe('hal2');
    expect(await attribute(get(alias, 'hal'), 'email_verified')).toBe('false');
    expect((await refusal(signUp(alias, 'HAL', { UserAttributes }))).message).toBe('User already exists');
  });
});
