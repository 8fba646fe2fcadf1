import { beforeAll, describe, expect, it } from '@jest/globals';
import { password, refusal } from '../support.js';
import { useTarget, type Target } from './target.js';

const target = useTarget(process.env);
let aliases: Target;
beforeAll(async () => {
  aliases = await target.addPool({
    UsernameAttributes: undefined,
    AliasAttributes: ['email'],
    Schema: undefined,
  });
});

const attributes = async ({ sdk, poolId }: Target, Username: string) => {
  const user = await sdk.adminGetUser({ UserPoolId: poolId, Username });
  const list = (user.UserAttributes ?? []).map(({ Name = '', Value = '' }) => [Name, Value] as const);
  return { username: user.Username, ...Object.fromEntries(list) } as Record<string, string>;
};

// Developer guide: Customizing sign-in attributes, Working with user attributes, App clients.
describe('pool and app-client options', () => {
  it('UsernameAttributes email: the pool sets a UUID username equal to sub and copies the address', async () => {
    await target.createUser('one@example.com');
    const user = await attributes(target, 'one@example.com');
    expect(user['username']).toMatch(/^[0-9a-f-]{36}$/);
    expect(user['sub']).toBe(user['username']);
    expect(user['email']).toBe('one@example.com');
  });

  it('UsernameAttributes email: an unverified address is unique too', async () => {
    const signUp = () =>
      target.sdk.signUp({ ClientId: target.clientId, Username: 'two@example.com', Password: password });
    await signUp();
    expect(await refusal(signUp())).toEqual({
      name: 'UsernameExistsException',
      message: expect.stringMatching(
        /^(User already exists|An account with the given email already exists\.)$/,
      ),
    });
  });

  it('UsernameAttributes email and phone_number: a username must be one of them, and the error says so', async () => {
    const pool = await target.addPool({ UsernameAttributes: ['email', 'phone_number'], Schema: undefined });
    const call = pool.sdk.signUp({ ClientId: pool.clientId, Username: 'bob', Password: password });
    expect(await refusal(call)).toEqual({
      name: 'InvalidParameterException',
      message: expect.stringMatching(/^Username should be either an email or a phone number\.?$/),
    });
  });

  it('UsernameAttributes and AliasAttributes exclude each other', async () => {
    const call = target.addPool({ UsernameAttributes: ['email'], AliasAttributes: ['email'] });
    expect((await refusal(call)).name).toBe('InvalidParameterException');
  });

  it('AliasAttributes email: a username may not look like an address', async () => {
    const pool = aliases;
    const call = pool.sdk.adminCreateUser({
      UserPoolId: pool.poolId,
      Username: 'a@example.com',
      MessageAction: 'SUPPRESS',
    });
    expect(await refusal(call)).toEqual({
      name: 'InvalidParameterException',
      message: expect.stringMatching(
        /^Username cannot be of email format, since user pool is configured for email alias\.?$/,
      ),
    });
  });

  it('AliasAttributes email: a sign-up with a taken address succeeds, and so hides that it is taken', async () => {
    const pool = aliases;
    await pool.createUser('eve', password, 'eve@example.com');
    const UserAttributes = [{ Name: 'email', Value: 'eve@example.com' }];
    const signUp = { ClientId: pool.clientId, Username: 'eve2', Password: password, UserAttributes };
    expect((await pool.sdk.signUp(signUp)).UserConfirmed).toBe(false);
    expect((await attributes(pool, 'eve@example.com')).username).toBe('eve');
  });

  it('AliasAttributes email: the address identifies only the last user who verified it', async () => {
    const pool = aliases;
    await pool.createUser('fay', password, 'fay@example.com');
    const create = (ForceAliasCreation: boolean) =>
      pool.sdk.adminCreateUser({
        UserPoolId: pool.poolId,
        Username: 'fay2',
        UserAttributes: [
          { Name: 'email', Value: 'fay@example.com' },
          { Name: 'email_verified', Value: 'true' },
        ],
        MessageAction: 'SUPPRESS',
        ForceAliasCreation,
      });
    expect(await refusal(create(false))).toEqual({
      name: 'AliasExistsException',
      message: expect.stringMatching(/^An account with the (given )?email already exists\.?$/),
    });
    await create(true);
    expect((await attributes(pool, 'fay@example.com')).username).toBe('fay2');
    expect((await attributes(pool, 'fay'))['email_verified']).toBe('false');
  });

  it('AliasAttributes email: the address can sign in only while it is verified', async () => {
    const pool = aliases;
    await pool.createUser('three', password, 'three@example.com');
    expect((await pool.signIn('three@example.com')).AuthenticationResult).toBeDefined();
    await pool.sdk.adminUpdateUserAttributes({
      UserPoolId: pool.poolId,
      Username: 'three',
      UserAttributes: [
        { Name: 'email', Value: 'three@example.com' },
        { Name: 'email_verified', Value: 'false' },
      ],
    });
    expect((await refusal(pool.signIn('three@example.com'))).name).toBe('NotAuthorizedException');
  });

  it('CaseSensitive is true by default through the API', async () => {
    const pool = await target.addPool({ UsernameConfiguration: undefined });
    await pool.createUser('four@example.com');
    expect((await refusal(pool.signIn('FOUR@example.com'))).name).toBe('NotAuthorizedException');
  });

  it('CaseSensitive false: an address is found in any case', async () => {
    await target.createUser('five@example.com');
    expect((await target.signIn('FIVE@example.COM')).AuthenticationResult).toBeDefined();
  });

  it.each(['email', 'phone_number'])(
    '%s_verified set by an administrator requires the address in the same call',
    async (name) => {
      const pool = aliases;
      const call = pool.sdk.adminCreateUser({
        UserPoolId: pool.poolId,
        Username: `with-${name}`,
        UserAttributes: [{ Name: `${name}_verified`, Value: 'true' }],
        MessageAction: 'SUPPRESS',
      });
      expect((await refusal(call)).name).toBe('InvalidParameterException');
    },
  );

  it('email_verified is set by an administrator', async () => {
    const who = { UserPoolId: target.poolId, Username: 'seven@example.com' };
    await target.sdk.adminCreateUser({ ...who, MessageAction: 'SUPPRESS' });
    expect(await attributes(target, who.Username)).not.toHaveProperty('email_verified', 'true');
    const UserAttributes = [
      { Name: 'email', Value: who.Username },
      { Name: 'email_verified', Value: 'true' },
    ];
    await target.sdk.adminUpdateUserAttributes({ ...who, UserAttributes });
    expect((await attributes(target, who.Username))['email_verified']).toBe('true');
  });

  it('TemporaryPasswordValidityDays is 7 by default', async () => {
    const { UserPool } = await target.sdk.describeUserPool({ UserPoolId: target.poolId });
    expect(UserPool?.Policies?.PasswordPolicy?.TemporaryPasswordValidityDays).toBe(7);
  });

  it('a client without ExplicitAuthFlows does not allow password flows', async () => {
    const client = await target.withClient({ ExplicitAuthFlows: undefined });
    expect(await refusal(client.signIn('one@example.com'))).toEqual({
      name: 'InvalidParameterException',
      message: 'USER_PASSWORD_AUTH flow not enabled for this client',
    });
  });

  it('a client without ExplicitAuthFlows allows SRP and refresh tokens', async () => {
    const { ClientId = '' } = await target.createClient({ ExplicitAuthFlows: undefined });
    const start = (
      AuthFlow: 'USER_SRP_AUTH' | 'REFRESH_TOKEN_AUTH',
      AuthParameters: Record<string, string>,
    ) => target.sdk.initiateAuth({ ClientId, AuthFlow, AuthParameters });
    const SRP_A = 'ab'.repeat(384);
    const challenge = await start('USER_SRP_AUTH', { USERNAME: 'five@example.com', SRP_A });
    expect(challenge.ChallengeName).toBe('PASSWORD_VERIFIER');
    expect((await refusal(start('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: 'x' }))).name).toBe(
      'NotAuthorizedException',
    );
  });

  it('old and new names of flows cannot be mixed', async () => {
    const call = target.createClient({
      ExplicitAuthFlows: ['USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    });
    expect((await refusal(call)).name).toBe('InvalidParameterException');
  });

  it('PreventUserExistenceErrors is LEGACY by default through the API', async () => {
    const client = await target.withClient({ PreventUserExistenceErrors: undefined });
    expect((await refusal(client.signIn('nobody@example.com'))).name).toBe('UserNotFoundException');
  });

  it('UpdateUserPoolClient replaces all settings', async () => {
    const { ClientId } = await target.createClient({ AccessTokenValidity: 2 });
    const which = { UserPoolId: target.poolId, ClientId };
    await target.sdk.updateUserPoolClient(which);
    const { UserPoolClient } = await target.sdk.describeUserPoolClient(which);
    expect(UserPoolClient?.AccessTokenValidity).toBeUndefined();
  });

  it('CreateUserPool refuses MFA without a channel for codes', async () => {
    const call = target.sdk.createUserPool({ PoolName: 'usher-contract', MfaConfiguration: 'ON' });
    expect((await refusal(call)).name).toBe('InvalidParameterException');
  });

  it('an attribute value has at most 2048 characters', async () => {
    const call = {
      UserPoolId: target.poolId,
      Username: 'one@example.com',
      UserAttributes: [{ Name: 'name', Value: 'x'.repeat(2049) }],
    };
    expect((await refusal(target.sdk.adminUpdateUserAttributes(call))).name).toBe(
      'InvalidParameterException',
    );
  });
});
