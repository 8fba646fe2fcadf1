import type { LambdaConfigType } from '@aws-sdk/client-cognito-identity-provider';
import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  openTestClient,
  openTestLambda,
  openTestPool,
  password,
  refusal,
  type TestFunction,
} from './support.js';

const lambda = openTestLambda('migrate');
const flows = ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_ADMIN_USER_PASSWORD_AUTH', 'ALLOW_USER_SRP_AUTH'] as const;
const pool = openTestPool({}, { ExplicitAuthFlows: [...flows] }, () => ({
  lambdaEndpoint: lambda.url,
  lambdaTimeout: 1000,
}));
const legacy = openTestClient(pool, { PreventUserExistenceErrors: 'LEGACY' });
const srpOnly = openTestClient(pool, { ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'] });
const administrators = openTestClient(pool, { ExplicitAuthFlows: ['ALLOW_ADMIN_USER_PASSWORD_AUTH'] });

const email = 'old@example.com';
const oldPassword = 'short';
const generic = { name: 'NotAuthorizedException', message: 'Incorrect username or password.' };
const ClientMetadata = { device: 'phone' };

const knows: TestFunction = (event) =>
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

const wire = (...names: (keyof LambdaConfigType)[]) =>
  pool.sdk.updateUserPool({
    UserPoolId: pool.poolId,
    AutoVerifiedAttributes: ['email'],
    LambdaConfig: Object.fromEntries(names.map((name) => [name, 'migrate'])),
  });
const who = (Username = email) => ({ UserPoolId: pool.poolId, Username });
const sources = () => lambda.events.map(({ triggerSource }) => triggerSource);

beforeEach(async () => {
  const { Users = [] } = await pool.sdk.listUsers({ UserPoolId: pool.poolId });
  for (const { Username } of Users) await pool.sdk.adminDeleteUser(who(Username));
  lambda.events.length = 0;
  lambda.run = knows;
  await wire('UserMigration');
});

// Developer guide: Migrate user Lambda trigger.
describe('the migration trigger is invoked', () => {
  it('by AdminInitiateAuth; its ClientMetadata arrives as validationData', async () => {
    const call = pool.sdk.adminInitiateAuth({
      UserPoolId: pool.poolId,
      ClientId: administrators.clientId,
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: email, PASSWORD: oldPassword },
      ClientMetadata,
    });
    expect((await call).AuthenticationResult).toBeDefined();
    expect(sources()).toEqual(['UserMigration_Authentication']);
    expect(lambda.events[0]?.request).toEqual({
      password: oldPassword,
      validationData: ClientMetadata,
      clientMetadata: null,
    });
  });

  it('by ForgotPassword; its ClientMetadata arrives as clientMetadata, and there is no password', async () => {
    await pool.sdk.forgotPassword({ ClientId: pool.clientId, Username: email, ClientMetadata });
    expect(sources()).toEqual(['UserMigration_ForgotPassword']);
    expect(lambda.events[0]?.request).toEqual({ validationData: null, clientMetadata: ClientMetadata });
  });

  it('by ForgotPassword of a client that allows only flows for administrators', async () => {
    await administrators.forgot(email);
    expect(sources()).toEqual(['UserMigration_ForgotPassword']);
  });

  it('again for a deleted user (inferred)', async () => {
    await pool.signIn(email, oldPassword);
    await pool.sdk.adminDeleteUser(who());
    expect((await pool.signIn(email, oldPassword)).AuthenticationResult).toBeDefined();
    expect(sources()).toEqual(['UserMigration_Authentication', 'UserMigration_Authentication']);
  });
});

describe('the migration trigger is not invoked', () => {
  const startSrp = (ClientId: string) =>
    pool.sdk.initiateAuth({
      ClientId,
      AuthFlow: 'USER_SRP_AUTH',
      AuthParameters: { USERNAME: email, SRP_A: 'ab'.repeat(384) },
    });

  it('by USER_SRP_AUTH', async () => {
    expect((await startSrp(pool.clientId)).ChallengeName).toBe('PASSWORD_VERIFIER');
    expect(sources()).toEqual([]);
  });

  it('by SignUp, which then prevents a migration of the name', async () => {
    await pool.sdk.signUp({ ClientId: pool.clientId, Username: email, Password: password });
    expect((await refusal(pool.signIn(email, oldPassword))).name).toBe('UserNotConfirmedException');
    expect(sources()).toEqual([]);
  });

  it('by a client that allows no password flow', async () => {
    expect((await startSrp(srpOnly.clientId)).ChallengeName).toBe('PASSWORD_VERIFIER');
    expect((await srpOnly.forgot(email)).CodeDeliveryDetails?.Destination).toBe('o***@e***');
    expect(sources()).toEqual([]);
  });

  it('for a user who is disabled or typed a wrong password', async () => {
    await pool.createUser(email);
    await refusal(pool.signIn(email, oldPassword));
    await pool.forgot(email);
    await pool.sdk.adminDisableUser(who());
    expect(await refusal(pool.signIn(email))).toEqual(generic);
    await pool.forgot(email);
    expect(sources()).toEqual([]);
  });

  it('for an alias of an existing user', async () => {
    await pool.createUser(email);
    await pool.signIn('OLD@example.com');
    expect(sources()).toEqual([]);
  });
});

describe('other triggers at a migration', () => {
  it('run in the same sign-in: PreSignUp, PreAuthentication, PreTokenGeneration, PostAuthentication', async () => {
    await wire('UserMigration', 'PreSignUp', 'PreAuthentication', 'PreTokenGeneration', 'PostAuthentication');
    await pool.signIn(email, oldPassword);
    expect(sources()).toEqual([
      'UserMigration_Authentication',
      'PreSignUp_AdminCreateUser',
      'PreAuthentication_Authentication',
      'TokenGeneration_Authentication',
      'PostAuthentication_Authentication',
    ]);
  });

  it('PreSignUp runs as PreSignUp_AdminCreateUser, PostConfirmation does not run (inferred)', async () => {
    await wire('UserMigration', 'PreSignUp', 'PostConfirmation');
    await pool.signIn(email, oldPassword);
    expect(sources()).toEqual(['UserMigration_Authentication', 'PreSignUp_AdminCreateUser']);
  });
});

// The error for the caller: [ENABLED, LEGACY].
describe('a migration trigger that', () => {
  const thrown = {
    name: 'UserLambdaValidationException',
    message: 'UserMigration failed with error Bad password.',
  };
  const timedOut = {
    name: 'UnexpectedLambdaException',
    message: 'UserMigration invocation failed due to error Socket timeout while invoking Lambda function.',
  };
  const throwing: TestFunction = () => ({ errorType: 'Error', errorMessage: 'Bad password' });
  const silent: TestFunction = (event) => event;

  it('throws: its message reaches the caller of a sign-in and of ForgotPassword', async () => {
    lambda.run = throwing;
    expect(await refusal(legacy.signIn(email, oldPassword))).toEqual(thrown);
    expect(await refusal(legacy.forgot(email))).toEqual(thrown);
  });

  it('throws: the error is the same with ENABLED (inferred)', async () => {
    lambda.run = throwing;
    expect(await refusal(pool.signIn(email, oldPassword))).toEqual(thrown);
    expect(await refusal(pool.forgot(email))).toEqual(thrown);
    expect((await refusal(pool.sdk.adminGetUser(who()))).name).toBe('UserNotFoundException');
  });

  it('returns no userAttributes: the user is unknown with ENABLED', async () => {
    lambda.run = silent;
    expect(await refusal(pool.signIn(email, oldPassword))).toEqual(generic);
    expect((await pool.forgot(email)).CodeDeliveryDetails?.Destination).toBe('o***@e***');
  });

  it('returns no userAttributes: the user is unknown with LEGACY (inferred)', async () => {
    lambda.run = silent;
    expect(await refusal(legacy.signIn(email, oldPassword))).toEqual({
      name: 'UserNotFoundException',
      message: 'User does not exist.',
    });
    expect(await refusal(legacy.forgot(email))).toEqual({
      name: 'UserNotFoundException',
      message: 'Username/client id combination not found.',
    });
  });

  it('cannot be invoked for lack of permission: UserNotFoundException with LEGACY', async () => {
    lambda.run = (_event, response) => void response.writeHead(403).end();
    expect(await refusal(legacy.signIn(email, oldPassword))).toEqual({
      name: 'UserNotFoundException',
      message: `Exception migrating user in app client ${legacy.clientId}`,
    });
  });

  it('cannot be invoked for lack of permission: NotAuthorizedException with ENABLED (inferred)', async () => {
    lambda.run = (_event, response) => void response.writeHead(403).end();
    expect(await refusal(pool.signIn(email, oldPassword))).toEqual(generic);
  });

  it('times out three times: the error is the same for every client', async () => {
    lambda.run = () => undefined;
    expect(await refusal(legacy.signIn(email, oldPassword))).toEqual(timedOut);
    expect(await refusal(pool.signIn(email, oldPassword))).toEqual(timedOut);
    expect(await refusal(pool.forgot(email))).toEqual(timedOut);
    expect(lambda.events).toHaveLength(9);
  });
});
