import type { ChallengeNameType } from '@aws-sdk/client-cognito-identity-provider';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { codeAt, period, wrongCodeAt } from '../authenticator.js';
import { password, refusal } from '../support.js';
import { useTarget, type Target } from './target.js';

// With a real pool the suite waits for the next code of the app.
jest.setTimeout(120_000);

const target = useTarget(process.env);
let apps: Target;
beforeAll(async () => {
  apps = await withApps('OPTIONAL');
});

async function withApps(MfaConfiguration: 'ON' | 'OPTIONAL'): Promise<Target> {
  const pool = await target.addPool({});
  const SoftwareTokenMfaConfiguration = { Enabled: true };
  await pool.sdk.setUserPoolMfaConfig({
    UserPoolId: pool.poolId,
    MfaConfiguration,
    SoftwareTokenMfaConfiguration,
  });
  return pool;
}

const newPassword = 'Another-horse-2';
const invite = ({ sdk, poolId }: Target, Username: string) =>
  sdk.adminCreateUser({
    UserPoolId: poolId,
    Username,
    TemporaryPassword: password,
    MessageAction: 'SUPPRESS',
  });
type ChallengeStep = {
  ChallengeName?: string;
  Session?: string;
  ChallengeParameters?: Record<string, string>;
};
const idOf = ({ ChallengeParameters }: ChallengeStep) => ChallengeParameters?.['USER_ID_FOR_SRP'] ?? '';
const answer = ({ sdk, clientId }: Target, challenge: ChallengeStep, answers: Record<string, string>) =>
  sdk.respondToAuthChallenge({
    ClientId: clientId,
    ChallengeName: challenge.ChallengeName as ChallengeNameType,
    Session: challenge.Session,
    ChallengeResponses: { USERNAME: idOf(challenge), ...answers },
  });
const codeOf = (secret = '') => codeAt(secret, target.now());
const wrongCodeOf = (secret = '') => wrongCodeAt(secret, target.now());

async function signedIn(email: string): Promise<string | undefined> {
  await apps.createUser(email);
  return (await apps.signIn(email)).AuthenticationResult?.AccessToken;
}

const prefer = (AccessToken: string | undefined) =>
  apps.sdk.setUserMFAPreference({
    AccessToken,
    SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true },
  });

/** Creates a user with an enabled authenticator. @returns its secret */
async function enrolled(email: string): Promise<string> {
  const AccessToken = await signedIn(email);
  const { SecretCode } = await apps.sdk.associateSoftwareToken({ AccessToken });
  const UserCode = codeOf(SecretCode);
  await apps.sdk.verifySoftwareToken({ AccessToken, UserCode });
  await prefer(AccessToken);
  return SecretCode ?? '';
}

// API reference: RespondToAuthChallenge.
describe('NEW_PASSWORD_REQUIRED', () => {
  it('names missing required attributes with the prefix userAttributes, and requires them', async () => {
    const pool = await target.addPool({
      Schema: [
        { Name: 'email', AttributeDataType: 'String', Required: true, Mutable: true },
        { Name: 'name', AttributeDataType: 'String', Required: true, Mutable: true },
      ],
    });
    await invite(pool, 'ann@example.com');
    const challenge = await pool.signIn('ann@example.com');
    expect(JSON.parse(challenge.ChallengeParameters?.['requiredAttributes'] ?? '')).toEqual([
      'userAttributes.name',
    ]);
    const missing = answer(pool, challenge, { NEW_PASSWORD: newPassword });
    expect((await refusal(missing)).name).toBe('InvalidParameterException');
    const answers = { NEW_PASSWORD: newPassword, 'userAttributes.name': 'Ann' };
    expect((await answer(pool, challenge, answers)).AuthenticationResult).toBeDefined();
  });

  it.each([
    ['a required attribute that is already set', 'email', 'else@example.com'],
    ['email_verified', 'email_verified', 'true'],
  ])('fails with %s', async (_what, name, value) => {
    await invite(target, `${name}@example.com`);
    const challenge = await target.signIn(`${name}@example.com`);
    const answers = { NEW_PASSWORD: newPassword, [`userAttributes.${name}`]: value };
    const { name: error } = await refusal(answer(target, challenge, answers));
    expect(target.either('NotAuthorizedException', 'InvalidParameterException')).toContain(error);
  });

  it('of a client with a secret requires the hash over USER_ID_FOR_SRP, sent as USERNAME', async () => {
    const { ClientId = '', ClientSecret = '' } = await target.createClient({ GenerateSecret: true });
    const hash = (name: string) =>
      createHmac('sha256', ClientSecret)
        .update(name + ClientId)
        .digest('base64');
    const email = 'bea@example.com';
    await invite(target, email);
    const challenge = await target.sdk.initiateAuth({
      ClientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: email, PASSWORD: password, SECRET_HASH: hash(email) },
    });
    const client = target.at(ClientId);
    expect((await refusal(answer(client, challenge, { NEW_PASSWORD: newPassword }))).message).toBe(
      `Client ${ClientId} is configured with secret but SECRET_HASH was not received`,
    );
    const answers = { NEW_PASSWORD: newPassword, SECRET_HASH: hash(idOf(challenge)) };
    expect((await answer(client, challenge, answers)).AuthenticationResult).toBeDefined();
  });

  it('has a session of at least 1,500 characters (measured for another challenge)', async () => {
    await invite(target, 'cyd@example.com');
    const { Session = '' } = await target.signIn('cyd@example.com');
    expect(Session.length).toBeGreaterThan(1500);
    expect(Session.length).toBeLessThanOrEqual(2048);
  });
});

// Developer guide: TOTP software token MFA.
describe('an authenticator app', () => {
  it('is unavailable if the pool has not enabled it', async () => {
    await target.createUser('dan@example.com');
    const { AuthenticationResult: tokens } = await target.signIn('dan@example.com');
    const call = target.sdk.associateSoftwareToken({ AccessToken: tokens?.AccessToken });
    expect(await refusal(call)).toEqual({
      name: 'SoftwareTokenMFANotFoundException',
      message: expect.stringMatching(/^Software Token MFA has not been enabled by the userPool/),
    });
  });

  it('is enrolled in three steps, and required only after the third', async () => {
    const AccessToken = await signedIn('eve@example.com');
    const { SecretCode } = await apps.sdk.associateSoftwareToken({ AccessToken });
    expect(SecretCode).toMatch(/^[A-Z2-7]{16,}$/);
    const verify = (UserCode: string) => apps.sdk.verifySoftwareToken({ AccessToken, UserCode });
    const wrong = await refusal(verify(wrongCodeOf(SecretCode)));
    const names = target.either('EnableSoftwareTokenMFAException', 'CodeMismatchException');
    expect(names).toContain(wrong.name);
    if (wrong.name === names[0]) {
      expect(wrong.message).toMatch(/^Code mismatch and fail enable Software Token MFA\.?$/);
    }
    expect((await verify(codeOf(SecretCode))).Status).toBe('SUCCESS');
    expect((await apps.signIn('eve@example.com')).AuthenticationResult).toBeDefined();
    await prefer(AccessToken);
    const { ChallengeName, ChallengeParameters } = await apps.signIn('eve@example.com');
    expect(ChallengeName).toBe('SOFTWARE_TOKEN_MFA');
    expect(ChallengeParameters).toMatchObject({ USER_ID_FOR_SRP: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });

  it('has codes that are valid once, also right after enrolment', async () => {
    const secret = await enrolled('gus@example.com');
    const challenge = await apps.signIn('gus@example.com');
    const used = {
      name: 'ExpiredCodeException',
      message: 'Your software token has already been used once.',
    };
    const give = (SOFTWARE_TOKEN_MFA_CODE: string) => answer(apps, challenge, { SOFTWARE_TOKEN_MFA_CODE });
    expect(await refusal(give(codeOf(secret)))).toEqual(used);
    await target.pass(period);
    expect((await give(codeOf(secret))).AuthenticationResult).toBeDefined();
  });

  it('keeps the session valid after six wrong codes (inferred)', async () => {
    const secret = await enrolled('hal@example.com');
    await target.pass(period);
    const challenge = await apps.signIn('hal@example.com');
    const give = (SOFTWARE_TOKEN_MFA_CODE: string) => answer(apps, challenge, { SOFTWARE_TOKEN_MFA_CODE });
    for (let attempt = 1; attempt <= 6; attempt++) {
      expect(await refusal(give(wrongCodeOf(secret)))).toEqual({
        name: 'CodeMismatchException',
        message: expect.stringMatching(/^Invalid code received for user\.?$/),
      });
    }
    expect((await give(codeOf(secret))).AuthenticationResult).toBeDefined();
  });

  it('can be disabled by an administrator when it is lost', async () => {
    await enrolled('ida@example.com');
    const user = { UserPoolId: apps.poolId, Username: 'ida@example.com' };
    const SoftwareTokenMfaSettings = { Enabled: false };
    await apps.sdk.adminSetUserMFAPreference({ ...user, SoftwareTokenMfaSettings });
    expect((await apps.signIn('ida@example.com')).AuthenticationResult).toBeDefined();
  });

  it('is required at the first or second sign-in after a sign-up if MFA is required', async () => {
    const strict = await withApps('ON');
    const user = { ClientId: strict.clientId, Username: 'jon@example.com' };
    await strict.sdk.signUp({ ...user, Password: password });
    const who = { UserPoolId: strict.poolId, Username: user.Username };
    await strict.sdk.adminConfirmSignUp(who);
    const first = (await strict.signIn(user.Username)).ChallengeName ?? 'tokens';
    expect(target.either('MFA_SETUP', 'tokens')).toContain(first);
    expect((await strict.signIn(user.Username)).ChallengeName).toBe('MFA_SETUP');
  });

  it('is set up during the sign-in if it is required and the user has none', async () => {
    const strict = await withApps('ON');
    await strict.createUser('fay@example.com');
    const challenge = await strict.signIn('fay@example.com');
    expect(challenge.ChallengeName).toBe('MFA_SETUP');
    expect(JSON.parse(challenge.ChallengeParameters?.['MFAS_CAN_SETUP'] ?? '')).toContain(
      'SOFTWARE_TOKEN_MFA',
    );
    const { SecretCode, Session } = await strict.sdk.associateSoftwareToken({ Session: challenge.Session });
    const verified = await strict.sdk.verifySoftwareToken({ Session, UserCode: codeOf(SecretCode) });
    const last = await answer(strict, { ...challenge, Session: verified.Session }, {});
    expect(last.AuthenticationResult).toBeDefined();
  });
});
