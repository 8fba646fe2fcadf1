import {
  AdminDeleteUserCommand,
  AdminGetUserCommand,
  ConfirmForgotPasswordCommand,
  InitiateAuthCommand,
  ListUsersCommand,
  UpdateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  claimsOf,
  createClient,
  forgot,
  lastCode,
  password,
  refusal,
  signIn,
  startLambda,
  startTestPool,
  type TestFunction,
  type TestPool,
  type TriggerEvent,
} from './support.js';

const email = 'old@example.com';
const oldPassword = 'short';
const generic = { name: 'NotAuthorizedException', message: 'Incorrect username or password.' };

const knows = (event: TriggerEvent, response: object = {}) => ({
  ...event,
  response: {
    userAttributes: { email, email_verified: 'true', 'custom:rails_app_id': '17' },
    finalUserStatus: 'CONFIRMED',
    messageAction: 'SUPPRESS',
    ...response,
  },
});

let lambda: Awaited<ReturnType<typeof startLambda>>;
let base: TestPool;
let legacyClient: string;
let pool: TestPool;
let run: TestFunction = (event) => event;
beforeAll(async () => {
  lambda = await startLambda({ 'migrate-user': (event, response) => run(event, response) });
  base = await startTestPool({}, {}, { lambdaEndpoint: lambda.url, lambdaTimeout: 150 });
  legacyClient =
    (await createClient(base.sdk, base.poolId, { PreventUserExistenceErrors: 'LEGACY' })).ClientId ?? '';
});
afterAll(async () => {
  await base.server.close();
  await lambda.close();
});
afterEach(async () => {
  for (const { Username } of await users()) {
    await base.sdk.send(new AdminDeleteUserCommand({ UserPoolId: base.poolId, Username }));
  }
});

async function start(migrate: TestFunction, name = 'migrate-user', hides = true) {
  lambda.events.length = 0;
  run = migrate;
  const LambdaConfig = { UserMigration: name };
  await base.sdk.send(new UpdateUserPoolCommand({ UserPoolId: base.poolId, LambdaConfig }));
  pool = { ...base, clientId: hides ? base.clientId : legacyClient };
}

const users = async () =>
  (await base.sdk.send(new ListUsersCommand({ UserPoolId: base.poolId }))).Users ?? [];

describe('migration at the first sign-in', () => {
  it('makes the user with the password just typed, whatever the policy', async () => {
    await start((event) => knows(event), 'arn:aws:lambda:eu-west-1:123456789012:function:migrate-user');
    const { AuthenticationResult: tokens } = await signIn(pool, email, oldPassword);
    const [user] = await users();
    expect(user).toMatchObject({ UserStatus: 'CONFIRMED', Enabled: true });
    expect(claimsOf(tokens?.IdToken)).toMatchObject({
      sub: user?.Username,
      'cognito:username': user?.Username,
      email,
      email_verified: true,
      'custom:rails_app_id': '17',
    });
    await signIn(pool, email, oldPassword);
    expect(await refusal(signIn(pool, email, 'other'))).toEqual(generic);
    expect(lambda.events).toHaveLength(1);
  });

  it('sends the event the service sends', async () => {
    await start((event) => event);
    const ClientMetadata = { device: 'phone' };
    const AuthParameters = { USERNAME: 'Old@Example.com', PASSWORD: oldPassword };
    const call = new InitiateAuthCommand({
      ClientId: pool.clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters,
      ClientMetadata,
    });
    await refusal(pool.sdk.send(call));
    expect(lambda.events).toEqual([
      {
        version: '1',
        triggerSource: 'UserMigration_Authentication',
        region: 'eu-west-1',
        userPoolId: pool.poolId,
        userName: 'Old@Example.com',
        callerContext: { awsSdkVersion: expect.stringMatching(/^aws-sdk-js-3/), clientId: pool.clientId },
        request: { password: oldPassword, validationData: ClientMetadata, clientMetadata: null },
        response: {
          userAttributes: null,
          forceAliasCreation: null,
          finalUserStatus: null,
          messageAction: null,
          desiredDeliveryMediums: null,
          enableSMSMFA: null,
        },
      },
    ]);
  });

  it.each([
    ['the event as it came', (event: TriggerEvent) => event],
    ['an empty object', () => ({})],
    ['no attributes', (event: TriggerEvent) => knows(event, { userAttributes: {} })],
  ])('takes %s as: no such user', async (_answer, migrate) => {
    await start(migrate);
    expect(await refusal(signIn(pool, email, oldPassword))).toEqual(generic);
    expect(await users()).toEqual([]);
  });

  it.each([3, 100])('makes one user of %d first sign-ins at once', async (count) => {
    let arrived = 0;
    let release = () => {};
    const all = new Promise<void>((resolve) => (release = resolve));
    await start(async (event) => {
      if (++arrived === count) release();
      await all;
      return knows(event);
    });
    const LambdaConfig = { UserMigration: 'migrate-user' };
    const patient = await startTestPool({ LambdaConfig }, {}, { lambdaEndpoint: lambda.url });
    const results = await Promise.all(
      Array.from({ length: count }, () => signIn(patient, email, oldPassword)),
    );
    const subs = new Set(
      results.map(({ AuthenticationResult }) => claimsOf(AuthenticationResult?.IdToken)['sub']),
    );
    expect(subs.size).toBe(1);
    const { Users } = await patient.sdk.send(new ListUsersCommand({ UserPoolId: patient.poolId }));
    expect(Users).toHaveLength(1);
    await patient.server.close();
  });

  it('checks the password of whoever lost the race', async () => {
    let arrived = 0;
    let release = () => {};
    const both = new Promise<void>((resolve) => (release = resolve));
    await start(async (event) => {
      if (++arrived === 2) release();
      await both;
      return knows(event);
    });
    const outcomes = await Promise.allSettled([signIn(pool, email, 'first'), signIn(pool, email, 'second')]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('requires a reset when no final status is given', async () => {
    await start((event) => knows(event, { finalUserStatus: null }), 'migrate-user', false);
    expect(await refusal(signIn(pool, email, oldPassword))).toEqual({
      name: 'PasswordResetRequiredException',
      message: 'Password reset required for the user',
    });
    expect((await users())[0]?.UserStatus).toBe('RESET_REQUIRED');
  });

  it('hides that a reset is required from clients that hide who exists', async () => {
    await start((event) => knows(event, { finalUserStatus: null }));
    expect(await refusal(signIn(pool, email, oldPassword))).toEqual(generic);
  });

  it('never asks for a user of any state', async () => {
    await start((event) => knows(event));
    await signIn(pool, email, oldPassword);
    await refusal(signIn(pool, email, 'wrong'));
    expect(lambda.events).toHaveLength(1);
  });
});

describe('a migration function that fails', () => {
  const thrown = {
    name: 'UserLambdaValidationException',
    message: 'UserMigration failed with error Try later.',
  };
  const failure = { errorType: 'Error', errorMessage: 'Try later' };

  it('passes on what was thrown', async () => {
    await start((_event, response) => {
      response.setHeader('x-amz-function-error', 'Unhandled');
      return failure;
    });
    expect(await refusal(signIn(pool, email, oldPassword))).toEqual(thrown);
    expect(lambda.events).toHaveLength(1);
  });

  it('reads the error of the runtime emulator, which comes without the header', async () => {
    await start(() => failure);
    expect(await refusal(signIn(pool, email, oldPassword))).toEqual(thrown);
    expect(await users()).toEqual([]);
  });

  it('asks three times when there is no answer in time', async () => {
    await start(() => undefined);
    expect(await refusal(signIn(pool, email, oldPassword))).toEqual({
      name: 'UnexpectedLambdaException',
      message: 'UserMigration invocation failed due to error Socket timeout while invoking Lambda function.',
    });
    expect(lambda.events).toHaveLength(3);
  });

  it('succeeds when the third try answers', async () => {
    await start((event, response) => {
      if (lambda.events.length < 3) return void response.destroy();
      return knows(event);
    });
    expect((await signIn(pool, email, oldPassword)).AuthenticationResult).toBeDefined();
  });

  it('waits while the runtime emulator is busy', async () => {
    await start((event, response) => {
      if (lambda.events.length > 2) return knows(event);
      response.writeHead(400).end();
      return undefined;
    });
    expect((await signIn(pool, email, oldPassword)).AuthenticationResult).toBeDefined();
  });

  it('does not recognise nonsense', async () => {
    await start(() => 'yes');
    expect(await refusal(signIn(pool, email, oldPassword))).toEqual({
      name: 'InvalidLambdaResponseException',
      message: 'Unrecognizable lambda output',
    });
  });

  it.each([
    [{ finalUserStatus: 'YES' }, 'Error during migration: invalid finalUserStatus'],
    [{ messageAction: 'RESEND' }, 'Error during migration: invalid messageAction'],
    [{ desiredDeliveryMediums: ['PIGEON'] }, 'Error during migration: invalid desiredDeliveryMediums'],
    [
      { userAttributes: { email, 'custom:nope': '1' } },
      'Attributes did not conform to the schema: custom:nope: Attribute does not exist in the schema.',
    ],
    [
      { userAttributes: { name: 'Old' } },
      'Attributes did not conform to the schema: email: The attribute is required',
    ],
  ])('refuses %j', async (response, message) => {
    await start((event) => knows(event, response), 'migrate-user', false);
    expect(await refusal(signIn(pool, email, oldPassword))).toEqual({
      name: 'UserNotFoundException',
      message,
    });
    expect(await refusal(signIn(base, email, oldPassword))).toEqual(generic);
    expect(await users()).toEqual([]);
  });

  it('says so when the function cannot be called', async () => {
    await start((_event, response) => void response.writeHead(403).end(), 'migrate-user', false);
    expect(await refusal(signIn(pool, email, oldPassword))).toEqual({
      name: 'UserNotFoundException',
      message: `Exception migrating user in app client ${pool.clientId}`,
    });
  });
});

describe('migration when the password was forgotten', () => {
  it('makes the user, sends the code and lets the reset finish', async () => {
    await start((event) => knows(event, { finalUserStatus: undefined }));
    const { CodeDeliveryDetails } = await forgot(pool, email);
    expect(CodeDeliveryDetails).toEqual({
      Destination: 'o***@e***',
      DeliveryMedium: 'EMAIL',
      AttributeName: 'email',
    });
    expect(lambda.events).toMatchObject([{ triggerSource: 'UserMigration_ForgotPassword' }]);
    expect(lambda.events[0]?.request).toEqual({ validationData: null, clientMetadata: null });
    const user = { UserPoolId: pool.poolId, Username: email };
    expect((await pool.sdk.send(new AdminGetUserCommand(user))).UserStatus).toBe('RESET_REQUIRED');
    await pool.sdk.send(
      new ConfirmForgotPasswordCommand({
        ClientId: pool.clientId,
        Username: email,
        ConfirmationCode: lastCode(pool),
        Password: password,
      }),
    );
    expect((await pool.sdk.send(new AdminGetUserCommand(user))).UserStatus).toBe('CONFIRMED');
    expect((await signIn(pool, email)).AuthenticationResult).toBeDefined();
  });

  it('pretends to send a code to nobody', async () => {
    await start((event) => event);
    expect((await forgot(pool, 'nobody@example.com')).CodeDeliveryDetails?.Destination).toBe('n***@e***');
    expect(base.server.deliveries.list().map(({ destination }) => destination)).not.toContain(
      'nobody@example.com',
    );
  });

  it('sends no code to an address that was never verified', async () => {
    await start((event) => knows(event, { userAttributes: { email } }));
    expect(await refusal(forgot(pool, email))).toEqual({
      name: 'InvalidParameterException',
      message: 'Cannot reset password for the user as there is no registered/verified email or phone_number',
    });
  });
});
