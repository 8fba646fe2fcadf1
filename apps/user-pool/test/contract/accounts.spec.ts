import { beforeAll, describe, expect, it } from '@jest/globals';
import { password, refusal } from '../support.js';
import { useTarget, type Target } from './target.js';

const target = useTarget(process.env);
let legacy: Target;
beforeAll(async () => {
  legacy = await target.withClient({ PreventUserExistenceErrors: 'LEGACY' });
});

const signUp = ({ sdk, clientId }: Target, Username: string, Password = password) =>
  sdk.signUp({ ClientId: clientId, Username, Password });
const forgot = ({ sdk, clientId }: Target, Username: string) =>
  sdk.forgotPassword({ ClientId: clientId, Username });
const code = { ConfirmationCode: '123456' };
const reset = ({ sdk, clientId }: Target, Username: string) =>
  sdk.confirmForgotPassword({ ClientId: clientId, Username, Password: password, ...code });
const who = (Username: string) => ({ UserPoolId: target.poolId, Username });
const get = (Username: string) => target.sdk.adminGetUser(who(Username));
const tokensOf = async (email: string) => (await target.signIn(email)).AuthenticationResult ?? {};
const use = (AccessToken: string | undefined) => target.sdk.getUser({ AccessToken });

// Developer guide: Signing up and confirming user accounts. API reference: SignUp.
describe('sign-up', () => {
  it('returns an unconfirmed user, the sub and a masked destination', async () => {
    const answer = await signUp(target, 'ann@example.com');
    expect(answer).toMatchObject({
      UserConfirmed: false,
      UserSub: expect.stringMatching(/^[0-9a-f-]{36}$/),
      CodeDeliveryDetails: {
        Destination: expect.stringMatching(/^a\*\*\*@e\*\*\*$/),
        DeliveryMedium: 'EMAIL',
        AttributeName: 'email',
      },
    });
    expect((await get('ann@example.com')).UserStatus).toBe('UNCONFIRMED');
  });

  it('AdminConfirmSignUp confirms once and verifies nothing', async () => {
    await signUp(target, 'bea@example.com');
    await target.sdk.adminConfirmSignUp(who('bea@example.com'));
    const { UserStatus, UserAttributes } = await get('bea@example.com');
    expect(UserStatus).toBe('CONFIRMED');
    expect(UserAttributes).not.toContainEqual({ Name: 'email_verified', Value: 'true' });
    const again = target.sdk.adminConfirmSignUp(who('bea@example.com'));
    expect(await refusal(again)).toEqual({
      name: 'NotAuthorizedException',
      message: expect.stringMatching(/^User cannot be confirmed\. Current status is CONFIRMED\.?$/),
    });
  });

  it.each([
    ['length', 'aB1!aB1', 'not long enough'],
    ['uppercase', 'correct-horse-1', 'uppercase'],
    ['lowercase', 'CORRECT-HORSE-1', 'lowercase'],
    ['digits', 'Correct-horse', 'numeric'],
    ['symbols', 'CorrectHorse1', 'symbol'],
  ])('a password that violates the policy is refused with the rule: %s', async (_rule, given, word) => {
    const { name, message } = await refusal(signUp(target, 'rule@example.com', given));
    expect(name).toBe('InvalidPasswordException');
    expect(message).toMatch(/^Password did not conform with (password )?policy:/);
    expect(message).toContain(word);
  });

  it('a password of less than six characters is refused in every pool', async () => {
    expect(await refusal(signUp(target, 'rule@example.com', 'aB1!a'))).toEqual({
      name: 'InvalidParameterException',
      message: expect.stringMatching(
        /^1 validation error detected: Value.* at 'password' failed to satisfy constraint: Member must have length greater than or equal to 6/,
      ),
    });
  });

  it('a password of more than 256 characters is refused in every pool', async () => {
    const { name } = await refusal(signUp(target, 'rule@example.com', `aB1!${'x'.repeat(253)}`));
    expect(target.either('InvalidParameterException', 'InvalidPasswordException')).toContain(name);
    await signUp(target, 'long@example.com', `aB1!${'x'.repeat(252)}`);
  });

  it('a space inside a password is a symbol', async () => {
    await signUp(target, 'space@example.com', 'Correct horse 1');
  });

  it('a username that is not an address is named in the error', async () => {
    expect(await refusal(signUp(target, 'ann'))).toEqual({
      name: 'InvalidParameterException',
      message: expect.stringMatching(/^Username should be an email\.?$/),
    });
  });

  it('is refused if only administrators create users', async () => {
    const closed = await target.addPool({ AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } });
    expect(await refusal(signUp(closed, 'cyd@example.com'))).toEqual({
      name: 'NotAuthorizedException',
      message: expect.stringMatching(/^SignUp is not permitted for this user pool/),
    });
  });
});

// Developer guide: Recovering user accounts.
describe('a forgotten password', () => {
  const noChannel = {
    name: 'InvalidParameterException',
    message: expect.stringMatching(
      /^Cannot reset password for the user as there is no registered\/verified email or phone_number/,
    ),
  };

  it('cannot be replaced without a verified address, or by an unconfirmed user', async () => {
    await signUp(target, 'eve@example.com');
    expect(await refusal(forgot(legacy, 'eve@example.com'))).toEqual(noChannel);
    await target.sdk.adminConfirmSignUp(who('eve@example.com'));
    expect(await refusal(forgot(legacy, 'eve@example.com'))).toEqual(noChannel);
    const byAdministrator = target.sdk.adminResetUserPassword(who('eve@example.com'));
    expect((await refusal(byAdministrator)).name).toBe('InvalidParameterException');
  });

  it('can be replaced only by an administrator if recovery is admin_only', async () => {
    const RecoveryMechanisms = [{ Name: 'admin_only' as const, Priority: 1 }];
    const strict = await target.addPool({ AccountRecoverySetting: { RecoveryMechanisms } });
    await strict.createUser('fay@example.com');
    expect(await refusal(forgot(strict, 'fay@example.com'))).toEqual({
      name: 'NotAuthorizedException',
      message: expect.stringMatching(/^Contact administrator to reset password\.?$/),
    });
  });

  it('sends the code to a masked address; the old password works until the reset (inferred)', async () => {
    await target.createUser('gus@example.com');
    expect((await forgot(target, 'gus@example.com')).CodeDeliveryDetails).toMatchObject({
      Destination: 'g***@e***',
      DeliveryMedium: 'EMAIL',
      AttributeName: 'email',
    });
    expect((await tokensOf('gus@example.com')).AccessToken).toBeDefined();
  });

  it('a code that was never sent is reported as expired', async () => {
    await target.createUser('hal@example.com');
    expect(await refusal(reset(target, 'hal@example.com'))).toEqual({
      name: 'ExpiredCodeException',
      message: 'Invalid code provided, please request a code again.',
    });
  });
});

// API reference: AdminCreateUser, AdminSetUserPassword, ChangePassword.
describe('passwords', () => {
  it('AdminCreateUser and AdminSetUserPassword lead to the documented states; Enabled is separate', async () => {
    const Username = 'ida@example.com';
    const { User } = await target.sdk.adminCreateUser({ ...who(Username), MessageAction: 'SUPPRESS' });
    expect(User).toMatchObject({
      Username: expect.any(String),
      Attributes: expect.any(Array),
      Enabled: true,
      UserStatus: 'FORCE_CHANGE_PASSWORD',
      UserCreateDate: expect.any(Date),
    });
    const set = (Permanent: boolean, Password = password) =>
      target.sdk.adminSetUserPassword({ ...who(Username), Password, Permanent });
    expect((await refusal(set(true, 'nouppercase-1'))).name).toBe('InvalidPasswordException');
    await set(true);
    expect((await get(Username)).UserStatus).toBe('CONFIRMED');
    await set(false);
    expect((await get(Username)).UserStatus).toBe('FORCE_CHANGE_PASSWORD');
    await target.sdk.adminDisableUser(who(Username));
    expect(await get(Username)).toMatchObject({ Enabled: false, UserStatus: 'FORCE_CHANGE_PASSWORD' });
  });

  it('ChangePassword requires the old one; other sessions stay (inferred)', async () => {
    await target.createUser('jon@example.com');
    const [one, two] = [await tokensOf('jon@example.com'), await tokensOf('jon@example.com')];
    const change = (PreviousPassword: string) =>
      target.sdk.changePassword({
        AccessToken: one.AccessToken,
        PreviousPassword,
        ProposedPassword: 'Another-horse-2',
      });
    expect(await refusal(change('Wrong-horse-1'))).toEqual({
      name: 'NotAuthorizedException',
      message: 'Incorrect username or password.',
    });
    await change(password);
    expect((await use(two.AccessToken)).Username).toBeDefined();
  });
});
