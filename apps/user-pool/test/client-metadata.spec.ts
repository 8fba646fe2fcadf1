import { describe, expect, it } from '@jest/globals';
import { ClientMetadata, openMetadataPool } from './metadata-pool.js';
import { password } from './support.js';

const { pool, lambda, reached } = openMetadataPool();

const signUp = (Username: string) =>
  pool.sdk.signUp({ ClientId: pool.clientId, Username, Password: password, ClientMetadata });
const forgot = (Username: string) =>
  pool.sdk.forgotPassword({ ClientId: pool.clientId, Username, ClientMetadata });
const signedIn = async (email: string) => {
  await pool.createUser(email);
  return (await pool.signIn(email)).AuthenticationResult?.AccessToken;
};

// Developer guide: clientMetadata of each Lambda trigger.
describe('ClientMetadata', () => {
  it('of SignUp reaches PreSignUp and the message', async () => {
    expect(await reached(() => signUp('ann@example.com'))).toEqual({
      PreSignUp_SignUp: 'clientMetadata',
      CustomMessage_SignUp: 'clientMetadata',
    });
  });

  it('of SignUp reaches PostConfirmation when PreSignUp confirms the user', async () => {
    lambda.run = (event) => ({ ...event, response: { autoConfirmUser: true } });
    expect(await reached(() => signUp('bea@example.com'))).toEqual({
      PreSignUp_SignUp: 'clientMetadata',
      PostConfirmation_ConfirmSignUp: 'clientMetadata',
    });
  });

  it('of ResendConfirmationCode and ConfirmSignUp reaches the message and PostConfirmation', async () => {
    const who = { ClientId: pool.clientId, Username: 'cyd@example.com', ClientMetadata };
    await signUp(who.Username);
    expect(await reached(() => pool.sdk.resendConfirmationCode(who))).toEqual({
      CustomMessage_ResendCode: 'clientMetadata',
    });
    const confirm = { ...who, ConfirmationCode: pool.lastCode() };
    expect(await reached(() => pool.sdk.confirmSignUp(confirm))).toEqual({
      PostConfirmation_ConfirmSignUp: 'clientMetadata',
    });
  });

  it('of AdminConfirmSignUp reaches PostConfirmation', async () => {
    const Username = 'dan@example.com';
    await signUp(Username);
    const confirm = () => pool.sdk.adminConfirmSignUp({ UserPoolId: pool.poolId, Username, ClientMetadata });
    expect(await reached(confirm)).toEqual({
      PostConfirmation_ConfirmSignUp: 'clientMetadata',
    });
  });

  it('of ForgotPassword and ConfirmForgotPassword reaches the message and PostConfirmation', async () => {
    const Username = 'eve@example.com';
    await pool.createUser(Username);
    expect(await reached(() => forgot(Username))).toEqual({
      CustomMessage_ForgotPassword: 'clientMetadata',
    });
    const confirm = {
      ClientId: pool.clientId,
      Username,
      ConfirmationCode: pool.lastCode(),
      Password: 'Another-horse-2',
      ClientMetadata,
    };
    expect(await reached(() => pool.sdk.confirmForgotPassword(confirm))).toEqual({
      PostConfirmation_ConfirmForgotPassword: 'clientMetadata',
    });
  });

  it('of ForgotPassword reaches the triggers of a migration', async () => {
    expect(await reached(() => forgot('old@example.com'))).toEqual({
      UserMigration_ForgotPassword: 'clientMetadata',
      PreSignUp_AdminCreateUser: 'clientMetadata',
      CustomMessage_ForgotPassword: 'clientMetadata',
    });
  });

  it('of AdminCreateUser reaches PreSignUp and the invitation, also when it is resent', async () => {
    const who = { UserPoolId: pool.poolId, Username: 'fay@example.com', ClientMetadata };
    const invite = (MessageAction?: 'RESEND') =>
      pool.sdk.adminCreateUser({ ...who, MessageAction, DesiredDeliveryMediums: ['EMAIL'] });
    expect(await reached(() => invite())).toEqual({
      PreSignUp_AdminCreateUser: 'clientMetadata',
      CustomMessage_AdminCreateUser: 'clientMetadata',
    });
    expect(await reached(() => invite('RESEND'))).toEqual({
      CustomMessage_AdminCreateUser: 'clientMetadata',
    });
  });

  it('of AdminResetUserPassword reaches the message', async () => {
    const Username = 'gus@example.com';
    await pool.createUser(Username);
    const reset = () =>
      pool.sdk.adminResetUserPassword({ UserPoolId: pool.poolId, Username, ClientMetadata });
    expect(await reached(reset)).toEqual({
      CustomMessage_ForgotPassword: 'clientMetadata',
    });
  });

  it('of attribute updates reaches the message', async () => {
    const AccessToken = await signedIn('hal@example.com');
    const update = (email: string) => ({ UserAttributes: [{ Name: 'email', Value: email }], ClientMetadata });
    const own = { AccessToken, ...update('hal2@example.com') };
    expect(await reached(() => pool.sdk.updateUserAttributes(own))).toEqual({
      CustomMessage_UpdateUserAttribute: 'clientMetadata',
    });
    const who = { UserPoolId: pool.poolId, Username: 'hal2@example.com' };
    const administrators = { ...who, ...update('hal3@example.com') };
    expect(await reached(() => pool.sdk.adminUpdateUserAttributes(administrators))).toEqual({
      CustomMessage_UpdateUserAttribute: 'clientMetadata',
    });
  });

  it('of GetUserAttributeVerificationCode reaches the message', async () => {
    const AccessToken = await signedIn('ida@example.com');
    const command = () =>
      pool.sdk.getUserAttributeVerificationCode({
        AccessToken,
        AttributeName: 'email',
        ClientMetadata,
      });
    expect(await reached(command)).toEqual({
      CustomMessage_VerifyUserAttribute: 'clientMetadata',
    });
  });
});
