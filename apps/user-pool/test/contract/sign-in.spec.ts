import { beforeAll, describe, expect, it } from '@jest/globals';
import { password, refusal } from '../support.js';
import { useTarget, type Target } from './target.js';

const target = useTarget(process.env);
let legacy: Target;
beforeAll(async () => {
  legacy = await target.withClient({ PreventUserExistenceErrors: 'LEGACY' });
  await target.createUser('ann@example.com');
});

const generic = { name: 'NotAuthorizedException', message: 'Incorrect username or password.' };
const wrong = 'Wrong-horse-1';
const invite = (Username: string) =>
  target.sdk.adminCreateUser({
    UserPoolId: target.poolId,
    Username,
    TemporaryPassword: password,
    MessageAction: 'SUPPRESS',
  });

// Developer guide: Authentication flow, Managing error responses. API reference: InitiateAuth.
describe('sign-in', () => {
  it('a successful response has tokens, ExpiresIn of the access token, TokenType and empty ChallengeParameters', async () => {
    const answer = await target.signIn('ann@example.com');
    expect(answer.AuthenticationResult).toMatchObject({ ExpiresIn: 3600, TokenType: 'Bearer' });
    expect(answer.ChallengeParameters).toEqual({});
    expect(answer.ChallengeName).toBeUndefined();
  });

  it('a wrong password and an unknown user have the same error with ENABLED', async () => {
    expect(await refusal(target.signIn('ann@example.com', wrong))).toEqual(generic);
    expect(await refusal(target.signIn('nobody@example.com', wrong))).toEqual(generic);
  });

  it('an unknown user is reported with LEGACY', async () => {
    expect(await refusal(legacy.signIn('nobody@example.com', wrong))).toEqual({
      name: 'UserNotFoundException',
      message: 'User does not exist.',
    });
    expect(await refusal(legacy.signIn('ann@example.com', wrong))).toEqual(generic);
  });

  it('a missing or empty parameter is named in the error', async () => {
    const { sdk, clientId: ClientId } = target;
    const given = { USERNAME: 'ann@example.com', PASSWORD: password };
    const AuthFlow = 'USER_PASSWORD_AUTH';
    for (const name of ['USERNAME', 'PASSWORD']) {
      const absent = Object.fromEntries(Object.entries(given).filter(([parameter]) => parameter !== name));
      for (const AuthParameters of [absent, { ...given, [name]: '' }]) {
        const call = sdk.initiateAuth({ ClientId, AuthFlow, AuthParameters });
        expect(await refusal(call)).toEqual({
          name: 'InvalidParameterException',
          message: `Missing required parameter ${name}`,
        });
      }
    }
  });

  it('an unknown client is reported as not existing', async () => {
    expect(await refusal(target.at('a'.repeat(26)).signIn('ann@example.com'))).toEqual({
      name: 'ResourceNotFoundException',
      message: `User pool client ${'a'.repeat(26)} does not exist.`,
    });
  });

  it('InitiateAuth refuses flows of AdminInitiateAuth, and AdminInitiateAuth those of InitiateAuth', async () => {
    const AuthParameters = { USERNAME: 'ann@example.com', PASSWORD: password };
    const public_ = target.sdk.initiateAuth({
      ClientId: target.clientId,
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters,
    });
    expect((await refusal(public_)).name).toBe('InvalidParameterException');
    const admin = target.sdk.adminInitiateAuth({
      UserPoolId: target.poolId,
      ClientId: target.clientId,
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters,
    });
    expect(await refusal(admin)).toEqual({
      name: 'InvalidParameterException',
      message: 'Auth flow not enabled for this client',
    });
  });

  it('UNCONFIRMED is reported before the password is checked', async () => {
    const Username = 'bea@example.com';
    await target.sdk.signUp({ ClientId: target.clientId, Username, Password: password });
    for (const given of [password, wrong]) {
      expect(await refusal(target.signIn(Username, given))).toEqual({
        name: 'UserNotConfirmedException',
        message: 'User is not confirmed.',
      });
    }
  });

  it('a disabled user is reported with LEGACY and hidden with ENABLED', async () => {
    await target.createUser('cyd@example.com');
    const user = { UserPoolId: target.poolId, Username: 'cyd@example.com' };
    await target.sdk.adminDisableUser(user);
    expect((await refusal(legacy.signIn(user.Username))).message).toMatch(/^User is disabled\.?$/);
    expect(await refusal(target.signIn(user.Username))).toEqual(generic);
  });

  it('RESET_REQUIRED is an exception with LEGACY, never a challenge', async () => {
    await target.createUser('dan@example.com');
    const user = { UserPoolId: target.poolId, Username: 'dan@example.com' };
    await target.sdk.adminResetUserPassword(user);
    expect(await refusal(legacy.signIn(user.Username))).toEqual({
      name: 'PasswordResetRequiredException',
      message: 'Password reset required for the user',
    });
    // With ENABLED an imported user, who has no password, gets the error for a wrong password.
    expect(await refusal(target.signIn(user.Username, wrong))).toEqual(generic);
    const { UserStatus } = await target.sdk.adminGetUser(user);
    expect(UserStatus).toBe('RESET_REQUIRED');
  });

  it('five failures lock the user, and the correct password is refused during the lock', async () => {
    await target.createUser('eve@example.com');
    for (let failure = 1; failure <= 6; failure++) await refusal(target.signIn('eve@example.com', wrong));
    const refused = await refusal(target.signIn('eve@example.com'));
    expect(refused).toEqual({ name: 'NotAuthorizedException', message: 'Password attempts exceeded' });
  });

  it('the wire status of a refusal is 400 (reported, the model says otherwise)', async () => {
    await expect(target.signIn('nobody@example.com')).rejects.toMatchObject({
      $metadata: { httpStatusCode: 400, requestId: expect.any(String) },
    });
  });
});

describe('the challenge NEW_PASSWORD_REQUIRED', () => {
  const answer = (Session: string | undefined, USERNAME: string, NEW_PASSWORD = 'Another-horse-2') =>
    target.sdk.respondToAuthChallenge({
      ClientId: target.clientId,
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session,
      ChallengeResponses: { USERNAME, NEW_PASSWORD },
    });

  it('follows a correct temporary password, with JSON strings as parameters', async () => {
    await invite('fay@example.com');
    expect(await refusal(target.signIn('fay@example.com', wrong))).toEqual(generic);
    const { ChallengeName, ChallengeParameters, Session } = await target.signIn('fay@example.com');
    expect(ChallengeName).toBe('NEW_PASSWORD_REQUIRED');
    expect(JSON.parse(ChallengeParameters?.['requiredAttributes'] ?? '')).toEqual([]);
    expect(JSON.parse(ChallengeParameters?.['userAttributes'] ?? '')).toMatchObject({
      email: 'fay@example.com',
    });
    expect(Session?.length).toBeGreaterThan(1000);
  });

  it('refuses a password that violates the policy, and allows a retry', async () => {
    await invite('gus@example.com');
    const { Session, ChallengeParameters } = await target.signIn('gus@example.com');
    const username = ChallengeParameters?.['USER_ID_FOR_SRP'] ?? '';
    expect((await refusal(answer(Session, username, 'nouppercase-1'))).name).toBe('InvalidPasswordException');
    expect((await answer(Session, username)).AuthenticationResult).toBeDefined();
  });

  it('cannot be used again after a correct response', async () => {
    await invite('hal@example.com');
    const { Session } = await target.signIn('hal@example.com');
    await answer(Session, 'hal@example.com');
    expect(await refusal(answer(Session, 'hal@example.com'))).toEqual({
      name: 'NotAuthorizedException',
      message: 'Invalid session for the user, session can only be used once.',
    });
  });

  it('refuses a forged session', async () => {
    expect(await refusal(answer('x'.repeat(1560), 'hal@example.com'))).toEqual({
      name: 'NotAuthorizedException',
      message: expect.stringMatching(/^Invalid session for the user\.?$/),
    });
  });

  it('does not verify the address', async () => {
    const user = { UserPoolId: target.poolId, Username: 'hal@example.com' };
    const { UserAttributes } = await target.sdk.adminGetUser(user);
    expect(UserAttributes).not.toContainEqual({ Name: 'email_verified', Value: 'true' });
  });
});

describe('an invited user', () => {
  it('cannot reset the password', async () => {
    await invite('ida@example.com');
    const call = target.sdk.forgotPassword({ ClientId: target.clientId, Username: 'ida@example.com' });
    expect(await refusal(call)).toEqual({
      name: 'NotAuthorizedException',
      message: 'User password cannot be reset in the current state.',
    });
  });

  it('cannot be invited twice', async () => {
    expect(await refusal(invite('ida@example.com'))).toEqual({
      name: 'UsernameExistsException',
      message: expect.stringMatching(/^User account already exists\.?$/),
    });
  });
});

describe('an access token', () => {
  it('is refused if it is not a token', async () => {
    const call = target.sdk.getUser({ AccessToken: 'a.b.c' });
    expect(await refusal(call)).toEqual({
      name: 'NotAuthorizedException',
      message: expect.stringMatching(/^Invalid Access Token\.?$/),
    });
  });
});
