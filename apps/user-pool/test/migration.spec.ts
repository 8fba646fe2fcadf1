import { describe, expect, it } from '@jest/globals';
import { email, generic, knows, oldPassword, openMigratingPool } from './migrating-pool.js';
import { claimsOf, password, refusal, startTestPool, type TriggerEvent } from './support.js';

const { lambda, pool, legacy, users, start } = openMigratingPool();

describe('migration at the first sign-in', () => {
  it('creates the user with the typed password, independent of the policy', async () => {
    await start((event) => knows(event), 'arn:aws:lambda:eu-west-1:123456789012:function:migrate-user');
    const { AuthenticationResult: tokens } = await pool.signIn(email, oldPassword);
    const [user] = await users();
    expect(user).toMatchObject({ UserStatus: 'CONFIRMED', Enabled: true });
    expect(claimsOf(tokens?.IdToken)).toMatchObject({
      sub: user?.Username,
      'cognito:username': user?.Username,
      email,
      email_verified: true,
      'custom:rails_app_id': '17',
    });
    await pool.signIn(email, oldPassword);
    expect(await refusal(pool.signIn(email, 'other'))).toEqual(generic);
    expect(lambda.events).toHaveLength(1);
  });

  it('sends the same event as Cognito', async () => {
    await start((event) => event);
    const ClientMetadata = { device: 'phone' };
    const AuthParameters = { USERNAME: 'Old@Example.com', PASSWORD: oldPassword };
    const call = pool.sdk.initiateAuth({
      ClientId: pool.clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters,
      ClientMetadata,
    });
    await refusal(call);
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
    ['the unchanged event', (event: TriggerEvent) => event],
    ['an empty object', () => ({})],
    ['no attributes', (event: TriggerEvent) => knows(event, { userAttributes: {} })],
  ])('treats %s as an unknown user', async (_answer, migrate) => {
    await start(migrate);
    expect(await refusal(pool.signIn(email, oldPassword))).toEqual(generic);
    expect(await users()).toEqual([]);
  });

  it.each([3, 100])('creates one user for %d concurrent first sign-ins (inferred)', async (count) => {
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
      Array.from({ length: count }, () => patient.signIn(email, oldPassword)),
    );
    const subs = new Set(
      results.map(({ AuthenticationResult }) => claimsOf(AuthenticationResult?.IdToken)['sub']),
    );
    expect(subs.size).toBe(1);
    const { Users } = await patient.sdk.listUsers({ UserPoolId: patient.poolId });
    expect(Users).toHaveLength(1);
    await patient.server.close();
  });

  it('checks the password of concurrent first sign-ins (inferred)', async () => {
    let arrived = 0;
    let release = () => {};
    const both = new Promise<void>((resolve) => (release = resolve));
    await start(async (event) => {
      if (++arrived === 2) release();
      await both;
      return knows(event);
    });
    const outcomes = await Promise.allSettled([pool.signIn(email, 'first'), pool.signIn(email, 'second')]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('requires a reset if the response has no final status', async () => {
    await start((event) => knows(event, { finalUserStatus: null }));
    expect(await refusal(legacy.signIn(email, oldPassword))).toEqual({
      name: 'PasswordResetRequiredException',
      message: 'Password reset required for the user',
    });
    expect((await users())[0]?.UserStatus).toBe('RESET_REQUIRED');
  });

  it('hides a required reset with PreventUserExistenceErrors', async () => {
    await start((event) => knows(event, { finalUserStatus: null }));
    expect(await refusal(pool.signIn(email, oldPassword))).toEqual(generic);
  });

  it('never invokes the trigger for an existing user in any state', async () => {
    await start((event) => knows(event));
    await pool.signIn(email, oldPassword);
    await refusal(pool.signIn(email, 'wrong'));
    expect(lambda.events).toHaveLength(1);
  });
});

describe('migration by ForgotPassword', () => {
  it('creates the user, sends the code and completes the reset', async () => {
    await start((event) => knows(event, { finalUserStatus: undefined }));
    const { CodeDeliveryDetails } = await pool.forgot(email);
    expect(CodeDeliveryDetails).toEqual({
      Destination: 'o***@e***',
      DeliveryMedium: 'EMAIL',
      AttributeName: 'email',
    });
    expect(lambda.events).toMatchObject([{ triggerSource: 'UserMigration_ForgotPassword' }]);
    expect(lambda.events[0]?.request).toEqual({ validationData: null, clientMetadata: null });
    const user = { UserPoolId: pool.poolId, Username: email };
    expect((await pool.sdk.adminGetUser(user)).UserStatus).toBe('RESET_REQUIRED');
    await pool.sdk.confirmForgotPassword({
      ClientId: pool.clientId,
      Username: email,
      ConfirmationCode: pool.lastCode(),
      Password: password,
    });
    expect((await pool.sdk.adminGetUser(user)).UserStatus).toBe('CONFIRMED');
    expect((await pool.signIn(email)).AuthenticationResult).toBeDefined();
  });

  it('simulates the delivery of a code to an unknown user', async () => {
    await start((event) => event);
    expect((await pool.forgot('nobody@example.com')).CodeDeliveryDetails?.Destination).toBe('n***@e***');
    expect(pool.server.deliveries.list().map(({ destination }) => destination)).not.toContain(
      'nobody@example.com',
    );
  });

  it('sends no code to an address that was never verified', async () => {
    await start((event) => knows(event, { userAttributes: { email } }));
    expect(await refusal(pool.forgot(email))).toEqual({
      name: 'InvalidParameterException',
      message: 'Cannot reset password for the user as there is no registered/verified email or phone_number',
    });
  });
});
