import type { ChallengeNameType } from '@aws-sdk/client-cognito-identity-provider';
import { describe, expect, it } from '@jest/globals';
import { AuthenticationDetails, CognitoUser, CognitoUserPool } from 'amazon-cognito-identity-js';
import { ClientMetadata, openMetadataPool } from './metadata-pool.js';
import { password } from './support.js';

const { pool, reached } = openMetadataPool();

type ChallengeStep = {
  ChallengeName?: string;
  Session?: string;
  ChallengeParameters?: Record<string, string>;
};
type Answers = Record<string, string>;

const begin = (AuthParameters: Answers, AuthFlow: 'USER_PASSWORD_AUTH' | 'REFRESH_TOKEN_AUTH') =>
  pool.sdk.initiateAuth({ ClientId: pool.clientId, AuthFlow, AuthParameters, ClientMetadata });
const withPassword = (USERNAME: string) => begin({ USERNAME, PASSWORD: password }, 'USER_PASSWORD_AUTH');

const response = (challenge: ChallengeStep, answers: Answers) => ({
  ClientId: pool.clientId,
  ChallengeName: challenge.ChallengeName as ChallengeNameType,
  Session: challenge.Session,
  ChallengeResponses: { USERNAME: challenge.ChallengeParameters?.['USER_ID_FOR_SRP'] ?? '', ...answers },
  ClientMetadata,
});
const answer = (challenge: ChallengeStep, answers: Answers) =>
  pool.sdk.respondToAuthChallenge(response(challenge, answers));
const answerAsAdministrator = (challenge: ChallengeStep, answers: Answers) =>
  pool.sdk.adminRespondToAuthChallenge({ UserPoolId: pool.poolId, ...response(challenge, answers) });

/** A user with SMS and e-mail as second factors. */
async function prefer(Username: string, factor?: 'SMS' | 'EMAIL'): Promise<void> {
  const who = { UserPoolId: pool.poolId, Username };
  const UserAttributes = [
    { Name: 'phone_number', Value: '+15551234567' },
    { Name: 'phone_number_verified', Value: 'true' },
  ];
  await pool.sdk.adminUpdateUserAttributes({ ...who, UserAttributes });
  await pool.sdk.adminSetUserMFAPreference({
    ...who,
    SMSMfaSettings: { Enabled: true, PreferredMfa: factor === 'SMS' },
    EmailMfaSettings: { Enabled: true, PreferredMfa: factor === 'EMAIL' },
  });
}

/** An invited user with a second factor, in the NEW_PASSWORD_REQUIRED challenge. */
async function invited(Username: string): Promise<ChallengeStep> {
  await pool.sdk.adminCreateUser({
    UserPoolId: pool.poolId,
    Username,
    TemporaryPassword: password,
    UserAttributes: [
      { Name: 'email', Value: Username },
      { Name: 'email_verified', Value: 'true' },
    ],
    MessageAction: 'SUPPRESS',
  });
  return pool.signIn(Username);
}

const signedIn = {
  TokenGeneration_Authentication: 'clientMetadata',
  PostAuthentication_Authentication: 'clientMetadata',
};
const newPassword = { NEW_PASSWORD: 'Another-horse-2' };

// API reference: InitiateAuth, AdminInitiateAuth.
describe('ClientMetadata of InitiateAuth and AdminInitiateAuth', () => {
  const onlyBefore = {
    PreAuthentication_Authentication: 'validationData',
    TokenGeneration_Authentication: 'nothing',
    PostAuthentication_Authentication: 'nothing',
  };

  it('reaches PreAuthentication and no later trigger', async () => {
    await pool.createUser('ann@example.com');
    expect(await reached(() => withPassword('ann@example.com'))).toEqual(onlyBefore);
    const AuthParameters = { USERNAME: 'ann@example.com', PASSWORD: password };
    const who = { UserPoolId: pool.poolId, ClientId: pool.clientId, AuthParameters, ClientMetadata };
    const call = () => pool.sdk.adminInitiateAuth({ ...who, AuthFlow: 'ADMIN_USER_PASSWORD_AUTH' });
    expect(await reached(call)).toEqual(onlyBefore);
  });

  it('reaches the triggers of a migration', async () => {
    expect(await reached(() => withPassword('old@example.com'))).toEqual({
      UserMigration_Authentication: 'validationData',
      PreSignUp_AdminCreateUser: 'validationData',
      ...onlyBefore,
    });
  });

  it('reaches no message', async () => {
    await pool.createUser('bea@example.com');
    await prefer('bea@example.com', 'EMAIL');
    expect(await reached(() => withPassword('bea@example.com'))).toEqual({
      PreAuthentication_Authentication: 'validationData',
      CustomMessage_Authentication: 'nothing',
    });
  });

  it('reaches no trigger at a refresh', async () => {
    await pool.createUser('cyd@example.com');
    const { AuthenticationResult: tokens } = await pool.signIn('cyd@example.com');
    const REFRESH_TOKEN = tokens?.RefreshToken ?? '';
    expect(await reached(() => begin({ REFRESH_TOKEN }, 'REFRESH_TOKEN_AUTH'))).toEqual({
      TokenGeneration_RefreshTokens: 'nothing',
    });
  });
});

// API reference: GetTokensFromRefreshToken.
describe('ClientMetadata of GetTokensFromRefreshToken', () => {
  it('reaches PreTokenGeneration', async () => {
    await pool.createUser('dan@example.com');
    const { AuthenticationResult: tokens } = await pool.signIn('dan@example.com');
    const { RefreshToken } = tokens ?? {};
    const call = () =>
      pool.sdk.getTokensFromRefreshToken({
        ClientId: pool.clientId,
        RefreshToken,
        ClientMetadata,
      });
    expect(await reached(call)).toEqual({
      TokenGeneration_RefreshTokens: 'clientMetadata',
    });
  });
});

// API reference: RespondToAuthChallenge, AdminRespondToAuthChallenge.
describe.each([
  ['RespondToAuthChallenge', answer, 'nothing'],
  ['AdminRespondToAuthChallenge', answerAsAdministrator, 'clientMetadata'],
] as const)('ClientMetadata of %s', (operation, answerBy, message) => {
  const address = (name: string) => `${name}.${operation.toLowerCase()}@example.com`;

  it('reaches PreTokenGeneration and PostAuthentication after a new password', async () => {
    const challenge = await invited(address('eve'));
    expect(await reached(() => answerBy(challenge, newPassword))).toEqual({
      TokenGeneration_NewPasswordChallenge: 'clientMetadata',
      PostAuthentication_Authentication: 'clientMetadata',
    });
  });

  it('reaches the same triggers after a code', async () => {
    await pool.createUser(address('fay'));
    await prefer(address('fay'), 'SMS');
    const challenge = await pool.signIn(address('fay'));
    expect(await reached(() => answerBy(challenge, { SMS_MFA_CODE: pool.lastCode() }))).toEqual(signedIn);
  });

  it(`gives the message with a code ${message}`, async () => {
    const challenge = await invited(address('gus'));
    await prefer(address('gus'), 'EMAIL');
    expect(await reached(() => answerBy(challenge, newPassword))).toEqual({
      CustomMessage_Authentication: message,
    });
    await pool.createUser(address('hal'));
    await prefer(address('hal'));
    const choice = await pool.signIn(address('hal'));
    expect(await reached(() => answerBy(choice, { ANSWER: 'SMS_MFA' }))).toEqual({
      CustomMessage_Authentication: message,
    });
  });
});

describe('ClientMetadata of an SRP sign-in', () => {
  it('is taken from the current step', async () => {
    await pool.createUser('ida@example.com');
    const Pool = new CognitoUserPool({
      UserPoolId: pool.poolId,
      ClientId: pool.clientId,
      endpoint: pool.server.url,
    });
    const user = new CognitoUser({ Username: 'ida@example.com', Pool });
    const details = { Username: 'ida@example.com', Password: password, ClientMetadata };
    const authenticate = () =>
      new Promise((onSuccess, onFailure) =>
        user.authenticateUser(new AuthenticationDetails(details), { onSuccess, onFailure }),
      );
    expect(await reached(authenticate)).toEqual({
      PreAuthentication_Authentication: 'validationData',
      ...signedIn,
    });
  });
});
