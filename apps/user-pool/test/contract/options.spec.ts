import {
  AdminCreateUserCommand,
  AdminGetUserCommand,
  AdminUpdateUserAttributesCommand,
  CreateUserPoolCommand,
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
  SignUpCommand,
  UpdateUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createUser, password, refusal, signIn } from '../support.js';
import { openTarget, type Target } from './target.js';

let target: Target;
beforeAll(async () => {
  target = await openTarget(process.env);
});
afterAll(() => target.close());

const attributes = async ({ sdk, poolId }: Target, Username: string) => {
  const user = await sdk.send(new AdminGetUserCommand({ UserPoolId: poolId, Username }));
  const list = (user.UserAttributes ?? []).map(({ Name = '', Value = '' }) => [Name, Value] as const);
  return { username: user.Username, ...Object.fromEntries(list) } as Record<string, string>;
};

// Developer guide: Customizing sign-in attributes, Working with user attributes, App clients.
describe('pool and app-client options', () => {
  it('UsernameAttributes email: the pool makes a UUID username equal to sub and copies the address', async () => {
    await createUser(target, 'one@example.com');
    const user = await attributes(target, 'one@example.com');
    expect(user['username']).toMatch(/^[0-9a-f-]{36}$/);
    expect(user['sub']).toBe(user['username']);
    expect(user['email']).toBe('one@example.com');
  });

  it('UsernameAttributes email: an address is unique even unverified', async () => {
    const signUp = () =>
      target.sdk.send(
        new SignUpCommand({ ClientId: target.clientId, Username: 'two@example.com', Password: password }),
      );
    await signUp();
    expect((await refusal(signUp())).name).toBe('UsernameExistsException');
  });

  it('UsernameAttributes and AliasAttributes exclude each other', async () => {
    const call = target.addPool({ UsernameAttributes: ['email'], AliasAttributes: ['email'] });
    expect((await refusal(call)).name).toBe('InvalidParameterException');
  });

  it('AliasAttributes email: a username may not look like an address', async () => {
    const pool = await target.addPool({
      UsernameAttributes: undefined,
      AliasAttributes: ['email'],
      Schema: undefined,
    });
    const call = new AdminCreateUserCommand({
      UserPoolId: pool.poolId,
      Username: 'a@example.com',
      MessageAction: 'SUPPRESS',
    });
    expect((await refusal(pool.sdk.send(call))).name).toBe('InvalidParameterException');
  });

  it('AliasAttributes email: the address signs in only while it is verified', async () => {
    const pool = await target.addPool({
      UsernameAttributes: undefined,
      AliasAttributes: ['email'],
      Schema: undefined,
    });
    await createUser(pool, 'three', password, 'three@example.com');
    expect((await signIn(pool, 'three@example.com')).AuthenticationResult).toBeDefined();
    await pool.sdk.send(
      new AdminUpdateUserAttributesCommand({
        UserPoolId: pool.poolId,
        Username: 'three',
        UserAttributes: [
          { Name: 'email', Value: 'three@example.com' },
          { Name: 'email_verified', Value: 'false' },
        ],
      }),
    );
    expect((await refusal(signIn(pool, 'three@example.com'))).name).toBe('NotAuthorizedException');
  });

  it('CaseSensitive is true by default through the API', async () => {
    const pool = await target.addPool({ UsernameConfiguration: undefined });
    await createUser(pool, 'four@example.com');
    expect((await refusal(signIn(pool, 'FOUR@example.com'))).name).toBe('NotAuthorizedException');
  });

  it('CaseSensitive false: an address is found in any case', async () => {
    await createUser(target, 'five@example.com');
    expect((await signIn(target, 'FIVE@example.COM')).AuthenticationResult).toBeDefined();
  });

  it('email_verified in an admin write needs email in the same call', async () => {
    const call = new AdminCreateUserCommand({
      UserPoolId: target.poolId,
      Username: 'six@example.com',
      UserAttributes: [{ Name: 'phone_number_verified', Value: 'true' }],
      MessageAction: 'SUPPRESS',
    });
    expect((await refusal(target.sdk.send(call))).name).toBe('InvalidParameterException');
  });

  it('TemporaryPasswordValidityDays is 7 by default', async () => {
    const { UserPool } = await target.sdk.send(new DescribeUserPoolCommand({ UserPoolId: target.poolId }));
    expect(UserPool?.Policies?.PasswordPolicy?.TemporaryPasswordValidityDays).toBe(7);
  });

  it('a client without ExplicitAuthFlows does not take passwords', async () => {
    const { ClientId = '' } = await target.addClient({ ExplicitAuthFlows: undefined });
    expect(await refusal(signIn({ ...target, clientId: ClientId }, 'one@example.com'))).toEqual({
      name: 'InvalidParameterException',
      message: 'USER_PASSWORD_AUTH flow not enabled for this client',
    });
  });

  it('old and new names of flows cannot be mixed', async () => {
    const call = target.addClient({ ExplicitAuthFlows: ['USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'] });
    expect((await refusal(call)).name).toBe('InvalidParameterException');
  });

  it('PreventUserExistenceErrors is LEGACY by default through the API', async () => {
    const { ClientId = '' } = await target.addClient({ PreventUserExistenceErrors: undefined });
    expect((await refusal(signIn({ ...target, clientId: ClientId }, 'nobody@example.com'))).name).toBe(
      'UserNotFoundException',
    );
  });

  it('UpdateUserPoolClient replaces everything', async () => {
    const { ClientId } = await target.addClient({ AccessTokenValidity: 2 });
    const which = { UserPoolId: target.poolId, ClientId };
    await target.sdk.send(new UpdateUserPoolClientCommand(which));
    const { UserPoolClient } = await target.sdk.send(new DescribeUserPoolClientCommand(which));
    expect(UserPoolClient?.AccessTokenValidity).toBeUndefined();
  });

  it('CreateUserPool with MFA and nothing to send codes with is refused', async () => {
    const call = new CreateUserPoolCommand({ PoolName: 'usher-contract', MfaConfiguration: 'ON' });
    expect((await refusal(target.sdk.send(call))).name).toBe('InvalidParameterException');
  });

  it('an attribute value has at most 2048 characters', async () => {
    const call = new AdminUpdateUserAttributesCommand({
      UserPoolId: target.poolId,
      Username: 'one@example.com',
      UserAttributes: [{ Name: 'name', Value: 'x'.repeat(2049) }],
    });
    expect((await refusal(target.sdk.send(call))).name).toBe('InvalidParameterException');
  });
});
