import type {
  ChallengeNameType,
  SetUserPoolMfaConfigRequest,
} from '@aws-sdk/client-cognito-identity-provider';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { codeAt, period, wrongCodeAt } from './authenticator.js';
import { openTestPool, password, refusal, type TestPool } from './support.js';

const base = openTestPool();
let pool: TestPool;
beforeAll(async () => {
  pool = await poolWith({
    MfaConfiguration: 'OPTIONAL',
    SoftwareTokenMfaConfiguration: { Enabled: true },
    SmsMfaConfiguration: { SmsAuthenticationMessage: 'Code by SMS: {####}' },
    EmailMfaConfiguration: { Subject: 'Your code', Message: 'Code by mail: {####}' },
  });
});

async function poolWith(mfa: Omit<SetUserPoolMfaConfigRequest, 'UserPoolId'>): Promise<TestPool> {
  const flows = [
    'ALLOW_USER_PASSWORD_AUTH',
    'ALLOW_ADMIN_USER_PASSWORD_AUTH',
    'ALLOW_REFRESH_TOKEN_AUTH',
  ] as const;
  const added = await base.addPool({}, { ExplicitAuthFlows: [...flows] });
  await base.sdk.setUserPoolMfaConfig({ UserPoolId: added.poolId, ...mfa });
  return added;
}

const codeOf = (secret = '', offset = 0) => codeAt(secret, base.server.clock.now() + offset);
const nextPeriod = () => base.server.clock.advanceBy(period);

type ChallengeStep = {
  ChallengeName?: string;
  Session?: string;
  ChallengeParameters?: Record<string, string>;
};
const answer = ({ sdk, clientId }: TestPool, challenge: ChallengeStep, answers: Record<string, string>) =>
  sdk.respondToAuthChallenge({
    ClientId: clientId,
    ChallengeName: challenge.ChallengeName as ChallengeNameType,
    Session: challenge.Session,
    ChallengeResponses: { USERNAME: challenge.ChallengeParameters?.['USER_ID_FOR_SRP'] ?? '', ...answers },
  });

/** Creates a user with an enabled authenticator. @returns its secret */
async function enrol(email: string): Promise<string> {
  await pool.createUser(email);
  const { AuthenticationResult: tokens } = await pool.signIn(email);
  const AccessToken = tokens?.AccessToken;
  const { SecretCode } = await pool.sdk.associateSoftwareToken({ AccessToken });
  const verify = (UserCode: string) =>
    pool.sdk.verifySoftwareToken({ AccessToken, UserCode, FriendlyDeviceName: 'phone' });
  expect((await refusal(verify('abcdef'))).name).toBe('EnableSoftwareTokenMFAException');
  expect((await verify(codeOf(SecretCode))).Status).toBe('SUCCESS');
  // The verification does not enable the factor.
  expect((await pool.signIn(email)).AuthenticationResult).toBeDefined();
  const SoftwareTokenMfaSettings = { Enabled: true, PreferredMfa: true };
  await pool.sdk.setUserMFAPreference({ AccessToken, SoftwareTokenMfaSettings });
  return SecretCode ?? '';
}

describe('an authenticator app', () => {
  it('is required after it is enrolled and enabled', async () => {
    const secret = await enrol('ann@example.com');
    expect(secret).toMatch(/^[A-Z2-7]{52}$/);
    nextPeriod();
    const challenge = await pool.signIn('ann@example.com');
    expect(challenge.ChallengeName).toBe('SOFTWARE_TOKEN_MFA');
    expect(challenge.ChallengeParameters).toMatchObject({ FRIENDLY_DEVICE_NAME: 'phone' });
    const wrong = wrongCodeAt(secret, base.server.clock.now());
    for (const SOFTWARE_TOKEN_MFA_CODE of [wrong, '', 'x']) {
      expect((await refusal(answer(pool, challenge, { SOFTWARE_TOKEN_MFA_CODE }))).name).toMatch(
        /CodeMismatch|InvalidParameter/,
      );
    }
    const { AuthenticationResult } = await answer(pool, challenge, {
      SOFTWARE_TOKEN_MFA_CODE: codeOf(secret),
    });
    expect(AuthenticationResult?.RefreshToken).toBeDefined();
    const user = { UserPoolId: pool.poolId, Username: 'ann@example.com' };
    expect(await pool.sdk.adminGetUser(user)).toMatchObject({
      UserMFASettingList: ['SOFTWARE_TOKEN_MFA'],
      PreferredMfaSetting: 'SOFTWARE_TOKEN_MFA',
    });
  });

  it('has codes that are valid once, also at the sign-in right after enrolment', async () => {
    const secret = await enrol('bea@example.com');
    const used = {
      name: 'ExpiredCodeException',
      message: 'Your software token has already been used once.',
    };
    const challenge = await pool.signIn('bea@example.com');
    const SOFTWARE_TOKEN_MFA_CODE = codeOf(secret);
    expect(await refusal(answer(pool, challenge, { SOFTWARE_TOKEN_MFA_CODE }))).toEqual(used);
    nextPeriod();
    await answer(pool, challenge, { SOFTWARE_TOKEN_MFA_CODE: codeOf(secret) });
    const again = await pool.signIn('bea@example.com');
    expect(await refusal(answer(pool, again, { SOFTWARE_TOKEN_MFA_CODE: codeOf(secret) }))).toEqual(used);
  });

  it('may deviate by 30 seconds at most', async () => {
    const secret = await enrol('cyd@example.com');
    nextPeriod();
    nextPeriod();
    nextPeriod();
    const challenge = await pool.signIn('cyd@example.com');
    expect(
      await refusal(answer(pool, challenge, { SOFTWARE_TOKEN_MFA_CODE: codeOf(secret, 2 * period) })),
    ).toEqual({
      name: 'CodeMismatchException',
      message: 'Invalid code received for user',
    });
    await answer(pool, challenge, { SOFTWARE_TOKEN_MFA_CODE: codeOf(secret, -period) });
  });

  it('is unavailable if the pool has disabled it', async () => {
    await base.createUser('dan@example.com');
    const { AuthenticationResult: tokens } = await base.signIn('dan@example.com');
    const call = base.sdk.associateSoftwareToken({ AccessToken: tokens?.AccessToken });
    expect(await refusal(call)).toEqual({
      name: 'SoftwareTokenMFANotFoundException',
      message: 'Software Token MFA has not been enabled by the userPool',
    });
  });
});

describe('codes that are sent', () => {
  async function prefer(email: string, settings: object): Promise<void> {
    const user = { UserPoolId: pool.poolId, Username: email };
    const UserAttributes = [
      { Name: 'phone_number', Value: '+15551234567' },
      { Name: 'phone_number_verified', Value: 'true' },
    ];
    await pool.createUser(email);
    await pool.sdk.adminUpdateUserAttributes({ ...user, UserAttributes });
    await pool.sdk.adminSetUserMFAPreference({ ...user, ...settings });
  }

  it('are sent by SMS', async () => {
    await prefer('eve@example.com', { SMSMfaSettings: { Enabled: true, PreferredMfa: true } });
    const challenge = await pool.signIn('eve@example.com');
    expect(challenge.ChallengeName).toBe('SMS_MFA');
    expect(challenge.ChallengeParameters).toMatchObject({
      CODE_DELIVERY_DESTINATION: '+*******4567',
      CODE_DELIVERY_DELIVERY_MEDIUM: 'SMS',
    });
    const code = base.lastCode();
    expect(base.server.deliveries.list()[0]?.text).toBe(`Code by SMS: ${code}`);
    expect((await refusal(answer(pool, challenge, {}))).message).toBe(
      'Missing required parameter SMS_MFA_CODE',
    );
    await answer(pool, challenge, { SMS_MFA_CODE: code });
    expect((await refusal(answer(pool, challenge, { SMS_MFA_CODE: code }))).message).toBe(
      'Invalid session for the user, session can only be used once.',
    );
  });

  it('keep the session valid after six wrong codes (inferred)', async () => {
    await prefer('ida@example.com', { SMSMfaSettings: { Enabled: true, PreferredMfa: true } });
    const challenge = await pool.signIn('ida@example.com');
    const code = base.lastCode();
    const wrong = code === '000000' ? '111111' : '000000';
    for (let attempt = 1; attempt <= 6; attempt++) {
      expect(await refusal(answer(pool, challenge, { SMS_MFA_CODE: wrong }))).toEqual({
        name: 'CodeMismatchException',
        message: 'Invalid code received for user',
      });
    }
    expect((await answer(pool, challenge, { SMS_MFA_CODE: code })).AuthenticationResult).toBeDefined();
  });

  it('are sent by mail, which then cannot be used for a password reset', async () => {
    await prefer('fay@example.com', { EmailMfaSettings: { Enabled: true } });
    const challenge = await pool.signIn('fay@example.com');
    expect(challenge.ChallengeName).toBe('EMAIL_MFA');
    const [sent] = base.server.deliveries.list();
    expect(sent).toMatchObject({ subject: 'Your code', text: `Code by mail: ${sent?.code}` });
    await answer(pool, challenge, { EMAIL_MFA_CODE: base.lastCode() });
    await pool.forgot('fay@example.com');
    expect(base.server.deliveries.list()[0]).toMatchObject({ medium: 'SMS', purpose: 'reset' });
  });

  it('let the user choose if none is preferred', async () => {
    await prefer('gus@example.com', {
      SMSMfaSettings: { Enabled: true },
      EmailMfaSettings: { Enabled: true },
    });
    const challenge = await pool.signIn('gus@example.com');
    expect(challenge.ChallengeName).toBe('SELECT_MFA_TYPE');
    expect(JSON.parse(challenge.ChallengeParameters?.['MFAS_CAN_CHOOSE'] ?? '')).toEqual([
      'SMS_MFA',
      'EMAIL_MFA',
    ]);
    const chosen = await answer(pool, challenge, { ANSWER: 'SMS_MFA' });
    expect(chosen.ChallengeName).toBe('SMS_MFA');
    expect((await refusal(answer(pool, challenge, { ANSWER: 'SMS_MFA' }))).message).toContain(
      'only be used once',
    );
    // The session of one challenge is not valid for another.
    expect(
      (await refusal(answer(pool, { ...challenge, ChallengeName: 'SMS_MFA' }, { SMS_MFA_CODE: '1' })))
        .message,
    ).toBe('Invalid session for the user.');
    await answer(pool, chosen, { SMS_MFA_CODE: base.lastCode() });
  });
});

describe('a required second factor', () => {
  it("is set up during the sign-in, for administrators' sign-ins as well", async () => {
    const strict = await poolWith({
      MfaConfiguration: 'ON',
      SoftwareTokenMfaConfiguration: { Enabled: true },
    });
    const config = await strict.sdk.getUserPoolMfaConfig({ UserPoolId: strict.poolId });
    expect(config).toMatchObject({
      MfaConfiguration: 'ON',
      SoftwareTokenMfaConfiguration: { Enabled: true },
    });
    await strict.createUser('hal@example.com');
    const who = { UserPoolId: strict.poolId, ClientId: strict.clientId };
    const challenge = await strict.sdk.adminInitiateAuth({
      ...who,
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: 'hal@example.com', PASSWORD: password },
    });
    expect(challenge.ChallengeName).toBe('MFA_SETUP');
    expect((await refusal(answer(strict, challenge, {}))).name).toBe('NotAuthorizedException');
    const { SecretCode, Session } = await strict.sdk.associateSoftwareToken({ Session: challenge.Session });
    const verified = await strict.sdk.verifySoftwareToken({ Session, UserCode: codeOf(SecretCode) });
    const { AuthenticationResult } = await strict.sdk.adminRespondToAuthChallenge({
      ...who,
      ChallengeName: 'MFA_SETUP',
      Session: verified.Session,
      ChallengeResponses: { USERNAME: challenge.ChallengeParameters?.['USER_ID_FOR_SRP'] ?? '' },
    });
    expect(AuthenticationResult?.AccessToken).toBeDefined();
    expect((await strict.signIn('hal@example.com')).ChallengeName).toBe('SOFTWARE_TOKEN_MFA');
  });
});
