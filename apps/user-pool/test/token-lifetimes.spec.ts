import type {
  ChallengeNameType,
  CreateUserPoolClientRequest,
} from '@aws-sdk/client-cognito-identity-provider';
import { describe, expect, it } from '@jest/globals';
import { openTestPool, password, refusal, stoppedClock, type TestPool } from './support.js';

const pool = openTestPool({}, {}, () => ({ clock: stoppedClock() }));

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const pass = (milliseconds: number) => pool.server.clock.advanceBy(milliseconds);
const newPassword = 'Another-horse-2';
const tokensOf = async (email: string, at = pool) => (await at.signIn(email)).AuthenticationResult ?? {};
const renew = async (RefreshToken: string | undefined, { sdk, clientId }: TestPool = pool) => {
  const call = sdk.getTokensFromRefreshToken({ ClientId: clientId, RefreshToken });
  return (await call).AuthenticationResult ?? {};
};

// Developer guide: Quotas in Amazon Cognito, Using the refresh token.
describe('a refresh token', () => {
  it.each<[string, Partial<CreateUserPoolClientRequest>, number]>([
    ['30 days by default', {}, 30 * day],
    ['30 days when RefreshTokenValidity is 0', { RefreshTokenValidity: 0 }, 30 * day],
    ['days when RefreshTokenValidity has no unit', { RefreshTokenValidity: 2 }, 2 * day],
  ])('is valid for %s', async (_how, settings, lifetime) => {
    const email = `lives${lifetime}${settings.RefreshTokenValidity ?? ''}@example.com`;
    const at = await pool.withClient(settings);
    await pool.createUser(email);
    const { RefreshToken } = await tokensOf(email, at);
    pass(lifetime - 1);
    expect((await renew(RefreshToken, at)).AccessToken).toBeDefined();
    pass(1);
    expect((await refusal(renew(RefreshToken, at))).message).toBe('Refresh Token has expired');
  });

  it('that is rotated expires when the first one would have expired (inferred)', async () => {
    const at = await pool.withClient({
      RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 0 },
      RefreshTokenValidity: 1,
    });
    await pool.createUser('ann@example.com');
    let { RefreshToken } = await tokensOf('ann@example.com', at);
    for (let rotation = 1; rotation <= 3; rotation++) {
      pass(6 * hour);
      ({ RefreshToken } = await renew(RefreshToken, at));
    }
    pass(6 * hour);
    expect((await refusal(renew(RefreshToken, at))).message).toBe('Refresh Token has expired');
  });

  it('survives a password reset (inferred)', async () => {
    await pool.createUser('bea@example.com');
    const { RefreshToken, AccessToken } = await tokensOf('bea@example.com');
    await pool.forgot('bea@example.com');
    const answer = await pool.sdk.confirmForgotPassword({
      ClientId: pool.clientId,
      Username: 'bea@example.com',
      ConfirmationCode: pool.lastCode(),
      Password: newPassword,
    });
    // It returns no tokens either.
    expect(answer).toEqual({ $metadata: expect.anything() });
    expect((await renew(RefreshToken)).AccessToken).toBeDefined();
    expect((await pool.sdk.getUser({ AccessToken })).Username).toBeDefined();
  });

  it('survives ChangePassword and AdminSetUserPassword (inferred)', async () => {
    await pool.createUser('cyd@example.com');
    const { RefreshToken, AccessToken } = await tokensOf('cyd@example.com');
    const change = { AccessToken, PreviousPassword: password, ProposedPassword: newPassword };
    await pool.sdk.changePassword(change);
    expect((await renew(RefreshToken)).AccessToken).toBeDefined();
    const set = { UserPoolId: pool.poolId, Username: 'cyd@example.com', Password: password, Permanent: true };
    await pool.sdk.adminSetUserPassword(set);
    expect((await renew(RefreshToken)).AccessToken).toBeDefined();
  });
});

// API reference: CreateUserPoolClient, AdminCreateUser.
describe('a temporary password', () => {
  const invite = (at: TestPool, Username: string) =>
    at.sdk.adminCreateUser({
      UserPoolId: at.poolId,
      Username,
      TemporaryPassword: password,
      MessageAction: 'SUPPRESS',
    });
  const choose = (at: TestPool, USERNAME: string, Session: string | undefined) =>
    at.sdk.respondToAuthChallenge({
      ClientId: at.clientId,
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session,
      ChallengeResponses: { USERNAME, NEW_PASSWORD: newPassword },
    });
  const expired = 'Temporary password has expired and must be reset by an administrator.';

  it.each([
    ['7 days when TemporaryPasswordValidityDays is 0', 0, 7],
    ['as many days as TemporaryPasswordValidityDays says', 2, 2],
  ])('is valid for %s', async (_how, TemporaryPasswordValidityDays, days) => {
    const Policies = { PasswordPolicy: { MinimumLength: 8, TemporaryPasswordValidityDays } };
    const at = await pool.addPool({ Policies });
    await invite(at, 'dan@example.com');
    pass(days * day - 1);
    expect((await at.signIn('dan@example.com')).ChallengeName).toBe('NEW_PASSWORD_REQUIRED');
    pass(1);
    expect(await refusal(at.signIn('dan@example.com'))).toEqual({
      name: 'NotAuthorizedException',
      message: expired,
    });
  });

  it('can be replaced with AdminSetUserPassword after it has expired', async () => {
    await invite(pool, 'eve@example.com');
    pass(7 * day);
    expect((await refusal(pool.signIn('eve@example.com'))).message).toBe(expired);
    const set = {
      UserPoolId: pool.poolId,
      Username: 'eve@example.com',
      Password: newPassword,
      Permanent: true,
    };
    await pool.sdk.adminSetUserPassword(set);
    expect((await pool.signIn('eve@example.com', newPassword)).AuthenticationResult).toBeDefined();
  });

  it('is valid for one use', async () => {
    await invite(pool, 'fay@example.com');
    const { Session } = await pool.signIn('fay@example.com');
    await choose(pool, 'fay@example.com', Session);
    expect((await refusal(pool.signIn('fay@example.com'))).message).toBe('Incorrect username or password.');
  });

  it.each([
    [undefined, 3],
    [15, 15],
  ])(
    'AuthSessionValidity %p: the challenge for a new password is valid for %d minutes',
    async (AuthSessionValidity, minutes) => {
      const at = await pool.withClient({ AuthSessionValidity });
      const [early, late] = [`early${minutes}@example.com`, `late${minutes}@example.com`];
      await invite(pool, early);
      await invite(pool, late);
      const sessions = [(await at.signIn(early)).Session, (await at.signIn(late)).Session];
      pass(minutes * minute - 1);
      expect((await choose(at, early, sessions[0])).AuthenticationResult).toBeDefined();
      pass(1);
      expect(await refusal(choose(at, late, sessions[1]))).toEqual({
        name: 'NotAuthorizedException',
        message: 'Invalid session for the user, session is expired.',
      });
    },
  );
});

describe('a code that is the second factor', () => {
  it('is valid as long as the session, for AuthSessionValidity', async () => {
    const mfa = { MfaConfiguration: 'OPTIONAL', EmailMfaConfiguration: {} } as const;
    const at = await pool.addPool({}, { AuthSessionValidity: 4 });
    await pool.sdk.setUserPoolMfaConfig({ UserPoolId: at.poolId, ...mfa });
    await at.createUser('ida@example.com');
    const user = { UserPoolId: at.poolId, Username: 'ida@example.com' };
    const EmailMfaSettings = { Enabled: true, PreferredMfa: true };
    await pool.sdk.adminSetUserMFAPreference({ ...user, EmailMfaSettings });
    for (const [waits, name] of [
      [4 * minute - 1, undefined],
      [4 * minute, 'NotAuthorizedException'],
    ] as const) {
      const { Session } = await at.signIn('ida@example.com');
      pass(waits);
      const ChallengeResponses = { USERNAME: 'ida@example.com', EMAIL_MFA_CODE: pool.lastCode() };
      // The SDK's enum of challenges lacks EMAIL_MFA.
      const ChallengeName = 'EMAIL_MFA' as ChallengeNameType;
      const answer = { ClientId: at.clientId, ChallengeName, Session, ChallengeResponses };
      const outcome = pool.sdk.respondToAuthChallenge(answer);
      expect(await outcome.then(() => undefined).catch((error: Error) => error.name)).toBe(name);
    }
  });
});

describe('an access token', () => {
  it('is valid for one hour, and ExpiresIn is its lifetime', async () => {
    await pool.createUser('gus@example.com');
    const { AccessToken, ExpiresIn } = await tokensOf('gus@example.com');
    expect(ExpiresIn).toBe(3600);
    pass(hour - 1000);
    await pool.sdk.getUser({ AccessToken });
    pass(1000);
    expect(await refusal(pool.sdk.getUser({ AccessToken }))).toEqual({
      name: 'NotAuthorizedException',
      message: 'Access Token has expired',
    });
  });

  it('of a refresh also has its own lifetime as ExpiresIn', async () => {
    const at = await pool.withClient({ AccessTokenValidity: 2, IdTokenValidity: 1 });
    await pool.createUser('hal@example.com');
    const { RefreshToken } = await tokensOf('hal@example.com', at);
    const call = pool.sdk.initiateAuth({
      ClientId: at.clientId,
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      AuthParameters: { REFRESH_TOKEN: RefreshToken ?? '' },
    });
    expect((await call).AuthenticationResult?.ExpiresIn).toBe(7200);
  });
});
