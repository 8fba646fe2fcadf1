import {
  AdminCreateUserCommand,
  AssociateSoftwareTokenCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  SetUserMFAPreferenceCommand,
  SetUserPoolMfaConfigCommand,
  VerifySoftwareTokenCommand,
  type ChallengeNameType,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { totpCode } from '../../src/second-factors/totp.js';
import { createUser, password, refusal, signIn } from '../support.js';
import { openTarget, type Target } from './target.js';

let target: Target;
let apps: Target;
beforeAll(async () => {
  target = await openTarget(process.env);
  apps = await withApps('OPTIONAL');
});
afterAll(() => target.close());

async function withApps(MfaConfiguration: 'ON' | 'OPTIONAL'): Promise<Target> {
  const pool = await target.addPool({});
  const SoftwareTokenMfaConfiguration = { Enabled: true };
  await pool.sdk.send(
    new SetUserPoolMfaConfigCommand({
      UserPoolId: pool.poolId,
      MfaConfiguration,
      SoftwareTokenMfaConfiguration,
    }),
  );
  return pool;
}

const newPassword = 'Another-horse-2';
const invite = ({ sdk, poolId }: Target, Username: string) =>
  sdk.send(
    new AdminCreateUserCommand({
      UserPoolId: poolId,
      Username,
      TemporaryPassword: password,
      MessageAction: 'SUPPRESS',
    }),
  );
type Asked = { ChallengeName?: string; Session?: string; ChallengeParameters?: Record<string, string> };
const idOf = ({ ChallengeParameters }: Asked) => ChallengeParameters?.['USER_ID_FOR_SRP'] ?? '';
const answer = ({ sdk, clientId }: Target, asked: Asked, answers: Record<string, string>) =>
  sdk.send(
    new RespondToAuthChallengeCommand({
      ClientId: clientId,
      ChallengeName: asked.ChallengeName as ChallengeNameType,
      Session: asked.Session,
      ChallengeResponses: { USERNAME: idOf(asked), ...answers },
    }),
  );
const codeOf = (secret = '') => totpCode(secret, Math.floor(Date.now() / 30_000));
const other = (code: string) => (code === '000000' ? '111111' : '000000');

// API reference: RespondToAuthChallenge.
describe('NEW_PASSWORD_REQUIRED', () => {
  it('names missing required attributes with the prefix userAttributes, and wants them', async () => {
    const pool = await target.addPool({
      Schema: [
        { Name: 'email', AttributeDataType: 'String', Required: true, Mutable: true },
        { Name: 'name', AttributeDataType: 'String', Required: true, Mutable: true },
      ],
    });
    await invite(pool, 'ann@example.com');
    const asked = await signIn(pool, 'ann@example.com');
    expect(JSON.parse(asked.ChallengeParameters?.['requiredAttributes'] ?? '')).toEqual([
      'userAttributes.name',
    ]);
    const missing = answer(pool, asked, { NEW_PASSWORD: newPassword });
    expect((await refusal(missing)).name).toBe('InvalidParameterException');
    const answers = { NEW_PASSWORD: newPassword, 'userAttributes.name': 'Ann' };
    expect((await answer(pool, asked, answers)).AuthenticationResult).toBeDefined();
  });

  it.each([
    ['a required attribute that is set already', 'email', 'else@example.com'],
    ['email_verified', 'email_verified', 'true'],
  ])('fails with %s', async (_what, name, value) => {
    await invite(target, `${name}@example.com`);
    const asked = await signIn(target, `${name}@example.com`);
    const answers = { NEW_PASSWORD: newPassword, [`userAttributes.${name}`]: value };
    const { name: error } = await refusal(answer(target, asked, answers));
    expect(['NotAuthorizedException', 'InvalidParameterException']).toContain(error);
  });

  it('of a client with a secret takes the hash over USER_ID_FOR_SRP, sent as USERNAME', async () => {
    const { ClientId = '', ClientSecret = '' } = await target.addClient({ GenerateSecret: true });
    const hash = (name: string) =>
      createHmac('sha256', ClientSecret)
        .update(name + ClientId)
        .digest('base64');
    const email = 'bea@example.com';
    await invite(target, email);
    const asked = await target.sdk.send(
      new InitiateAuthCommand({
        ClientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: email, PASSWORD: password, SECRET_HASH: hash(email) },
      }),
    );
    const client = { ...target, clientId: ClientId };
    expect((await refusal(answer(client, asked, { NEW_PASSWORD: newPassword }))).message).toBe(
      `Client ${ClientId} is configured with secret but SECRET_HASH was not received`,
    );
    const answers = { NEW_PASSWORD: newPassword, SECRET_HASH: hash(idOf(asked)) };
    expect((await answer(client, asked, answers)).AuthenticationResult).toBeDefined();
  });

  it('has a session of at least 1,500 characters (measured for another challenge)', async () => {
    await invite(target, 'cyd@example.com');
    const { Session = '' } = await signIn(target, 'cyd@example.com');
    expect(Session.length).toBeGreaterThan(1500);
    expect(Session.length).toBeLessThanOrEqual(2048);
  });
});

// Developer guide: TOTP software token MFA.
describe('an authenticator app', () => {
  it('is not there where the pool has it switched off', async () => {
    await createUser(target, 'dan@example.com');
    const { AuthenticationResult: tokens } = await signIn(target, 'dan@example.com');
    const call = new AssociateSoftwareTokenCommand({ AccessToken: tokens?.AccessToken });
    expect(await refusal(target.sdk.send(call))).toEqual({
      name: 'SoftwareTokenMFANotFoundException',
      message: expect.stringMatching(/^Software Token MFA has not been enabled by the userPool/),
    });
  });

  it('is enrolled in three steps; its code is not good a second time, right after enrolment too', async () => {
    const email = 'eve@example.com';
    await createUser(apps, email);
    const AccessToken = (await signIn(apps, email)).AuthenticationResult?.AccessToken;
    const { SecretCode } = await apps.sdk.send(new AssociateSoftwareTokenCommand({ AccessToken }));
    expect(SecretCode).toMatch(/^[A-Z2-7]{16,}$/);
    const verify = (UserCode: string) =>
      apps.sdk.send(new VerifySoftwareTokenCommand({ AccessToken, UserCode }));
    expect(['EnableSoftwareTokenMFAException', 'CodeMismatchException']).toContain(
      (await refusal(verify(other(codeOf(SecretCode))))).name,
    );
    const code = codeOf(SecretCode);
    expect((await verify(code)).Status).toBe('SUCCESS');
    const SoftwareTokenMfaSettings = { Enabled: true, PreferredMfa: true };
    await apps.sdk.send(new SetUserMFAPreferenceCommand({ AccessToken, SoftwareTokenMfaSettings }));
    const asked = await signIn(apps, email);
    expect(asked.ChallengeName).toBe('SOFTWARE_TOKEN_MFA');
    expect(await refusal(answer(apps, asked, { SOFTWARE_TOKEN_MFA_CODE: code }))).toEqual({
      name: 'ExpiredCodeException',
      message: 'Your software token has already been used once.',
    });
    // Six wrong codes do not end the session (inferred: measured for codes sent by mail).
    for (let attempt = 1; attempt <= 6; attempt++) {
      const wrong = answer(apps, asked, { SOFTWARE_TOKEN_MFA_CODE: other(code) });
      expect((await refusal(wrong)).name).toBe('CodeMismatchException');
    }
  });

  it('is set up during the sign-in where it is required and the user has none', async () => {
    const strict = await withApps('ON');
    await createUser(strict, 'fay@example.com');
    const asked = await signIn(strict, 'fay@example.com');
    expect(asked.ChallengeName).toBe('MFA_SETUP');
    expect(JSON.parse(asked.ChallengeParameters?.['MFAS_CAN_SETUP'] ?? '')).toContain('SOFTWARE_TOKEN_MFA');
    const { SecretCode, Session } = await strict.sdk.send(
      new AssociateSoftwareTokenCommand({ Session: asked.Session }),
    );
    const verified = await strict.sdk.send(
      new VerifySoftwareTokenCommand({ Session, UserCode: codeOf(SecretCode) }),
    );
    const last = await answer(strict, { ...asked, Session: verified.Session }, {});
    expect(last.AuthenticationResult).toBeDefined();
  });
});
