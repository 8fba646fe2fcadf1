import type { EmailConfigurationType, LambdaConfigType } from '@aws-sdk/client-cognito-identity-provider';
import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  claimsOf,
  createPool,
  openTestLambda,
  openTestPool,
  password,
  refusal,
  type TestFunction,
} from './support.js';

const lambda = openTestLambda('trigger');
const pool = openTestPool({}, {}, () => ({ lambdaEndpoint: lambda.url, lambdaTimeout: 1000 }));
beforeEach(() => {
  lambda.events.length = 0;
});

const wire = (...names: (keyof LambdaConfigType)[]) =>
  pool.sdk.updateUserPool({
    UserPoolId: pool.poolId,
    AutoVerifiedAttributes: ['email'],
    LambdaConfig: Object.fromEntries(names.map((name) => [name, 'trigger'])),
  });
const signUp = (Username: string) =>
  pool.sdk.signUp({
    ClientId: pool.clientId,
    Username,
    Password: password,
    ValidationData: [{ Name: 'from', Value: 'test' }],
    ClientMetadata: { device: 'phone' },
  });
const sources = () => lambda.events.map(({ triggerSource }) => triggerSource);
const answering =
  (response: object): TestFunction =>
  (event) => ({ ...event, response });
const failing: TestFunction = () => ({ errorType: 'Error', errorMessage: 'Not today' });
const failed = (trigger: string) => ({
  name: 'UserLambdaValidationException',
  message: `${trigger} failed with error Not today.`,
});

describe('PreSignUp', () => {
  it('can confirm the user and verify the address', async () => {
    await wire('PreSignUp', 'PostConfirmation');
    lambda.run = (event) => ({ ...event, response: { autoConfirmUser: true, autoVerifyEmail: true } });
    const answer = await signUp('ann@example.com');
    expect(answer).toMatchObject({ UserConfirmed: true });
    expect(answer.CodeDeliveryDetails).toBeUndefined();
    expect(sources()).toEqual(['PreSignUp_SignUp', 'PostConfirmation_ConfirmSignUp']);
    expect(lambda.events[0]).toMatchObject({
      userName: answer.UserSub,
      request: {
        userAttributes: { email: 'ann@example.com' },
        validationData: { from: 'test' },
        clientMetadata: { device: 'phone' },
      },
    });
    const { AuthenticationResult: tokens } = await pool.signIn('ann@example.com');
    expect(claimsOf(tokens?.IdToken)['email_verified']).toBe(true);
  });

  it('can refuse the sign-up, and no user is stored', async () => {
    await wire('PreSignUp');
    lambda.run = failing;
    expect(await refusal(signUp('bea@example.com'))).toEqual(failed('PreSignUp'));
    const invite = pool.sdk.adminCreateUser({
      UserPoolId: pool.poolId,
      Username: 'bea@example.com',
      MessageAction: 'SUPPRESS',
    });
    expect(await refusal(invite)).toEqual(failed('PreSignUp'));
    expect(sources()).toEqual(['PreSignUp_SignUp', 'PreSignUp_AdminCreateUser']);
    lambda.run = (event) => event;
    await signUp('bea@example.com');
  });

  it('also runs after a migration, as PreSignUp_AdminCreateUser (inferred)', async () => {
    await wire('PreSignUp', 'UserMigration');
    lambda.run = (event) =>
      event.triggerSource.startsWith('UserMigration')
        ? {
            ...event,
            response: {
              userAttributes: { email: event.userName, email_verified: 'true' },
              finalUserStatus: 'CONFIRMED',
              messageAction: 'SUPPRESS',
            },
          }
        : event;
    expect((await pool.signIn('cyd@example.com', 'old')).AuthenticationResult).toBeDefined();
    expect(sources()).toEqual(['UserMigration_Authentication', 'PreSignUp_AdminCreateUser']);
  });
});

describe('PostConfirmation', () => {
  it('runs after a confirmation, and its failure does not undo it', async () => {
    await wire('PostConfirmation');
    lambda.run = failing;
    await signUp('dan@example.com');
    const confirm = {
      ClientId: pool.clientId,
      Username: 'dan@example.com',
      ConfirmationCode: pool.lastCode(),
    };
    expect(await refusal(pool.sdk.confirmSignUp(confirm))).toEqual(failed('PostConfirmation'));
    expect((await pool.signIn('dan@example.com')).AuthenticationResult).toBeDefined();
  });
});

describe('PreAuthentication and PostAuthentication', () => {
  it('run before and after a sign-in', async () => {
    await wire('PreAuthentication', 'PostAuthentication');
    lambda.run = (event) => event;
    await pool.createUser('eve@example.com');
    await pool.signIn('eve@example.com');
    expect(sources()).toEqual(['PreAuthentication_Authentication', 'PostAuthentication_Authentication']);
    expect(lambda.events[0]?.request).toMatchObject({
      userNotFound: false,
      userAttributes: { 'cognito:user_status': 'CONFIRMED', email_verified: 'true' },
    });
  });

  it('can refuse a sign-in, also for unknown users', async () => {
    await wire('PreAuthentication');
    lambda.run = failing;
    expect(await refusal(pool.signIn('eve@example.com'))).toEqual(failed('PreAuthentication'));
    expect(await refusal(pool.signIn('nobody@example.com'))).toEqual(failed('PreAuthentication'));
    expect(lambda.events[1]?.request).toMatchObject({ userNotFound: true });
    await wire('PostAuthentication');
    expect(await refusal(pool.signIn('eve@example.com'))).toEqual(failed('PostAuthentication'));
  });
});

describe('PreTokenGeneration', () => {
  it('changes the ID token and not the access token', async () => {
    await wire('PreTokenGeneration');
    lambda.run = answering({
      claimsOverrideDetails: {
        claimsToAddOrOverride: { plan: 'gold', sub: 'forged', iss: 'forged' },
        claimsToSuppress: ['email', 'aud'],
        groupOverrideDetails: { groupsToOverride: ['made-up'] },
      },
    });
    await pool.createUser('fay@example.com');
    const { AuthenticationResult: tokens } = await pool.signIn('fay@example.com');
    const id = claimsOf(tokens?.IdToken);
    expect(id).toMatchObject({ plan: 'gold', aud: pool.clientId, 'cognito:groups': ['made-up'] });
    expect(id['email']).toBeUndefined();
    expect(id['sub']).not.toBe('forged');
    expect(claimsOf(tokens?.AccessToken)['plan']).toBeUndefined();
    await pool.sdk.initiateAuth({
      ClientId: pool.clientId,
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      AuthParameters: { REFRESH_TOKEN: tokens?.RefreshToken ?? '' },
    });
    expect(sources()).toEqual(['TokenGeneration_Authentication', 'TokenGeneration_RefreshTokens']);
  });

  it('can be named by PreTokenGenerationConfig', async () => {
    const PreTokenGenerationConfig = { LambdaVersion: 'V1_0', LambdaArn: 'trigger' } as const;
    const LambdaConfig = { PreTokenGenerationConfig };
    await pool.sdk.updateUserPool({ UserPoolId: pool.poolId, LambdaConfig });
    lambda.run = answering({ claimsOverrideDetails: { claimsToAddOrOverride: { plan: 'silver' } } });
    await pool.createUser('liv@example.com');
    const { AuthenticationResult: tokens } = await pool.signIn('liv@example.com');
    expect(claimsOf(tokens?.IdToken)['plan']).toBe('silver');
  });
});

describe('CustomMessage', () => {
  const ownSender = {
    EmailSendingAccount: 'DEVELOPER',
    SourceArn: 'arn:aws:ses:us-east-1:000000000000:identity/example.com',
  } as const;
  const wireMessages = (EmailConfiguration: EmailConfigurationType) =>
    pool.sdk.updateUserPool({
      UserPoolId: pool.poolId,
      AutoVerifiedAttributes: ['email'],
      LambdaConfig: { CustomMessage: 'trigger' },
      EmailConfiguration,
    });
  const invite = (Username: string) =>
    pool.sdk.adminCreateUser({ UserPoolId: pool.poolId, Username, DesiredDeliveryMediums: ['EMAIL'] });

  it('sets the text of a message', async () => {
    await wireMessages(ownSender);
    lambda.run = answering({ emailSubject: 'Hello', emailMessage: 'Type {####} please', smsMessage: null });
    await signUp('gus@example.com');
    expect(pool.server.deliveries.list()[0]).toMatchObject({
      subject: 'Hello',
      text: `Type ${pool.lastCode()} please`,
    });
    expect(sources()).toEqual(['CustomMessage_SignUp']);
    expect(lambda.events[0]?.request).toMatchObject({
      codeParameter: '{####}',
      linkParameter: '{##Click Here##}',
      usernameParameter: null,
      clientMetadata: { device: 'phone' },
    });
  });

  it('gets the placeholder of the user name of an invitation', async () => {
    await wireMessages(ownSender);
    lambda.run = answering({ emailMessage: '{username}: {####}' });
    await invite('hal@example.com');
    expect(lambda.events[0]?.request).toMatchObject({ usernameParameter: '{username}' });
    const [{ text, username, code } = {}] = pool.server.deliveries.list();
    expect(text).toBe(`${username}: ${code}`);
  });

  it.each([
    ['no code in the mail', { emailMessage: 'Hello' }],
    ['no code in the text message', { smsMessage: 'Hello' }],
    ['a mail that is too long', { emailMessage: `{####}${'x'.repeat(20_000)}` }],
    ['a subject that is too long', { emailSubject: 'x'.repeat(141) }],
    ['a text message that is too long', { smsMessage: `{####}${'x'.repeat(140)}` }],
    ['a mail that is no text', { emailMessage: 7 }],
  ])('is refused with %s (inferred)', async (_what, response) => {
    await wireMessages(ownSender);
    lambda.run = answering(response);
    const refused = await refusal(signUp('kim@example.com'));
    expect(refused.name).toBe('InvalidLambdaResponseException');
    await pool.sdk.adminDeleteUser({ UserPoolId: pool.poolId, Username: 'kim@example.com' });
  });

  it('is refused without the user name in an invitation (inferred)', async () => {
    await wireMessages(ownSender);
    lambda.run = answering({ emailMessage: 'Type {####}' });
    expect((await refusal(invite('ida@example.com'))).name).toBe('InvalidLambdaResponseException');
  });

  it.each([{ emailMessage: 'Type {####}' }, { emailSubject: 'Hello' }])(
    "is refused with %j when the pool sends with Cognito's own sender",
    async (response) => {
      await wireMessages({ EmailSendingAccount: 'COGNITO_DEFAULT' });
      lambda.run = answering(response);
      const refused = await refusal(signUp('jan@example.com'));
      expect(refused.name).toBe('InvalidLambdaResponseException');
      expect(
        await pool.sdk.adminDeleteUser({ UserPoolId: pool.poolId, Username: 'jan@example.com' }),
      ).toBeDefined();
    },
  );
});

describe('a failed trigger', () => {
  it.each<[string, TestFunction, string, string]>([
    [
      'does not answer',
      () => undefined,
      'UnexpectedLambdaException',
      'Socket timeout while invoking Lambda function.',
    ],
    [
      'may not be called',
      (_event, response) => void response.writeHead(403).end(),
      'UnexpectedLambdaException',
      'AccessDeniedException.',
    ],
    [
      'answers nonsense',
      () => ({ response: 'yes' }),
      'InvalidLambdaResponseException',
      'Unrecognizable lambda output',
    ],
  ])('is reported when its function %s', async (_why, function_, name, message) => {
    await wire('PreAuthentication');
    lambda.run = function_;
    const refused = await refusal(pool.signIn('eve@example.com'));
    expect(refused.name).toBe(name);
    expect(refused.message).toContain(message);
  });

  it('is refused by the pool settings when it is not supported', async () => {
    const PreTokenGenerationConfig = { LambdaVersion: 'V2_0', LambdaArn: 'trigger' } as const;
    const call = createPool(pool.sdk, { LambdaConfig: { PreTokenGenerationConfig } });
    expect((await refusal(call)).message).toContain('enum value set: [V1_0]');
  });
});
