import type { CreateUserPoolRequest } from '@aws-sdk/client-cognito-identity-provider';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { claimsOf, password, refusal } from '../support.js';
import { useTarget, type Target } from './target.js';

const target = useTarget(process.env);
let alias: Target;
beforeAll(async () => {
  alias = await target.addPool({
    UsernameAttributes: undefined,
    AliasAttributes: ['email', 'preferred_username'],
    Schema: undefined,
  });
  await target.createUser('ann@example.com');
  await alias.createUser('Zoe', password, 'zoe@example.com');
});

const invalid = 'InvalidParameterException';
const refusedPool = async (settings: Partial<CreateUserPoolRequest>) =>
  (await refusal(target.addPool(settings))).name;
const refusedClient = async (settings: Parameters<Target['createClient']>[0]) =>
  (await refusal(target.createClient(settings))).name;
const write = (Username: string, Name: string, Value: string) =>
  target.sdk.adminUpdateUserAttributes({
    UserPoolId: target.poolId,
    Username,
    UserAttributes: [{ Name, Value }],
  });
const valueOf = async ({ sdk, poolId }: Target, Username: string, name: string) => {
  const user = await sdk.adminGetUser({ UserPoolId: poolId, Username });
  return user.UserAttributes?.find(({ Name }) => Name === name)?.Value;
};

// Developer guide: Customizing sign-in attributes, Case sensitivity.
describe('names of users', () => {
  it('CaseSensitive false: usernames and preferred usernames are found in any case', async () => {
    await alias.sdk.adminUpdateUserAttributes({
      UserPoolId: alias.poolId,
      Username: 'ZOE',
      UserAttributes: [{ Name: 'preferred_username', Value: 'Zed' }],
    });
    expect((await alias.signIn('zoe')).AuthenticationResult).toBeDefined();
    expect((await alias.signIn('zED')).AuthenticationResult).toBeDefined();
  });

  it('an alias is accepted as Username in all operations, but not in a filter of ListUsers', async () => {
    expect(await valueOf(alias, 'zoe@example.com', 'preferred_username')).toBe('Zed');
    const list = async (Filter: string) =>
      (await alias.sdk.listUsers({ UserPoolId: alias.poolId, Filter })).Users ?? [];
    expect(await list('username = "zoe@example.com"')).toEqual([]);
    expect(await list('email = "zoe@example.com"')).toHaveLength(1);
  });

  it('UsernameAttributes email: an address changed by the user is unverified', async () => {
    await target.createUser('bea@example.com');
    const { AuthenticationResult: tokens } = await target.signIn('bea@example.com');
    await target.sdk.updateUserAttributes({
      AccessToken: tokens?.AccessToken,
      UserAttributes: [{ Name: 'email', Value: 'bea2@example.com' }],
    });
    expect(await valueOf(target, 'bea2@example.com', 'email_verified')).toBe('false');
  });
});

// Developer guide: Adding user pool password requirements, Working with user attributes, Quotas.
describe('settings of a pool', () => {
  it.each([5, 100])('MinimumLength is between 6 and 99, not %d', async (MinimumLength) => {
    expect(await refusedPool({ Policies: { PasswordPolicy: { MinimumLength } } })).toBe(invalid);
  });

  it('a custom attribute can never be required', async () => {
    const Schema = [{ Name: 'shoe', AttributeDataType: 'String' as const, Required: true }];
    expect(await refusedPool({ Schema })).toBe(invalid);
  });

  it('a custom name has at most 20 characters, and a pool at most 50 custom attributes', async () => {
    expect(await refusedPool({ Schema: [{ Name: 'x'.repeat(21), AttributeDataType: 'String' }] })).toBe(
      invalid,
    );
    const many = Array.from({ length: 51 }, (_, n) => ({
      Name: `a${n}`,
      AttributeDataType: 'String' as const,
    }));
    expect(await refusedPool({ Schema: many })).toBe(invalid);
  });

  it('AttributesRequireVerificationBeforeUpdate accepts only attributes of AutoVerifiedAttributes', async () => {
    const UserAttributeUpdateSettings = { AttributesRequireVerificationBeforeUpdate: ['email' as const] };
    expect(await refusedPool({ AutoVerifiedAttributes: [], UserAttributeUpdateSettings })).toBe(invalid);
    const { poolId: UserPoolId, sdk } = await target.addPool({ UserAttributeUpdateSettings });
    const call = sdk.updateUserPool({ UserPoolId, UserAttributeUpdateSettings });
    expect((await refusal(call)).message).toMatch(
      /^All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes/,
    );
  });

  it('UpdateUserPool replaces all settings except immutable ones', async () => {
    const pool = await target.addPool({ Policies: { PasswordPolicy: { MinimumLength: 12 } } });
    await pool.sdk.updateUserPool({ UserPoolId: pool.poolId });
    const { UserPool } = await pool.sdk.describeUserPool({ UserPoolId: pool.poolId });
    expect(UserPool?.AutoVerifiedAttributes ?? []).toEqual([]);
    expect(UserPool?.Policies?.PasswordPolicy?.MinimumLength).not.toBe(12);
    expect(UserPool?.UsernameAttributes).toEqual(['email']);
    expect(UserPool?.UsernameConfiguration?.CaseSensitive).toBe(false);
    expect(UserPool?.SchemaAttributes?.find(({ Name }) => Name === 'email')?.Required).toBe(true);
    expect(UserPool?.SchemaAttributes?.map(({ Name }) => Name)).toContain('custom:rails_app_id');
  });

  it('authenticator apps are enabled with SetUserPoolMfaConfig after the pool is created', async () => {
    const { poolId: UserPoolId, sdk } = await target.addPool({});
    const MfaConfiguration = 'OPTIONAL';
    const SoftwareTokenMfaConfiguration = { Enabled: true };
    await sdk.setUserPoolMfaConfig({ UserPoolId, MfaConfiguration, SoftwareTokenMfaConfiguration });
    const config = await sdk.getUserPoolMfaConfig({ UserPoolId });
    expect(config).toMatchObject({ MfaConfiguration, SoftwareTokenMfaConfiguration });
  });

  it('a value outside of the enumeration is invalid', async () => {
    const odd = { PoolName: 'usher-contract', MfaConfiguration: 'MAYBE' as 'ON' };
    expect((await refusal(target.sdk.createUserPool(odd))).name).toBe(invalid);
  });
});

// API reference: CreateUserPoolClient.
describe('settings of an app client', () => {
  it('AuthSessionValidity is between 3 and 15 minutes', async () => {
    for (const AuthSessionValidity of [2, 16])
      expect(await refusedClient({ AuthSessionValidity })).toBe(invalid);
    await target.createClient({ AuthSessionValidity: 15 });
  });

  it('ID and access tokens are valid for 5 minutes to 24 hours, refresh tokens for 60 minutes to 3650 days', async () => {
    const minutes = { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'minutes' } as const;
    const seconds = { AccessToken: 'seconds', IdToken: 'seconds', RefreshToken: 'seconds' } as const;
    expect(await refusedClient({ AccessTokenValidity: 4, TokenValidityUnits: minutes })).toBe(invalid);
    expect(await refusedClient({ AccessTokenValidity: 299, TokenValidityUnits: seconds })).toBe(invalid);
    expect(await refusedClient({ IdTokenValidity: 4, TokenValidityUnits: minutes })).toBe(invalid);
    // The default units are hours, and days for refresh tokens.
    expect(await refusedClient({ AccessTokenValidity: 25 })).toBe(invalid);
    expect(await refusedClient({ IdTokenValidity: 25 })).toBe(invalid);
    expect(await refusedClient({ RefreshTokenValidity: 59, TokenValidityUnits: minutes })).toBe(invalid);
    expect(await refusedClient({ RefreshTokenValidity: 3651 })).toBe(invalid);
  });

  it('RetryGracePeriodSeconds is between 0 and 60', async () => {
    const RefreshTokenRotation = { Feature: 'ENABLED' as const, RetryGracePeriodSeconds: 61 };
    expect(await refusedClient({ RefreshTokenRotation })).toBe(invalid);
  });

  it('RefreshTokenValidity is 30 days by default, and revocation is on', async () => {
    const which = { UserPoolId: target.poolId, ClientId: target.clientId };
    const { UserPoolClient } = await target.sdk.describeUserPoolClient(which);
    expect(UserPoolClient).toMatchObject({ RefreshTokenValidity: 30, EnableTokenRevocation: true });
  });

  it('WriteAttributes must consist of schema attributes and include every required one', async () => {
    const refusedWrite = async (...WriteAttributes: string[]) =>
      refusal(target.createClient({ WriteAttributes }));
    // The target's pool requires `email`.
    for (const names of [['name'], ['email', 'custom:nope']]) {
      expect(await refusedWrite(...names)).toEqual({
        name: invalid,
        message: expect.stringMatching(/^Invalid write attributes specified while creating a client/),
      });
    }
    await target.createClient({ WriteAttributes: ['email', 'name'] });
    const { ClientId = '' } = await alias.createClient({ WriteAttributes: ['name'] });
    const which = { UserPoolId: alias.poolId, ClientId };
    const { UserPoolClient } = await alias.sdk.describeUserPoolClient(which);
    expect(UserPoolClient?.WriteAttributes).toEqual(['name']);
    const update = alias.sdk.updateUserPoolClient({ ...which, WriteAttributes: ['custom:nope'] });
    expect((await refusal(update)).message).toMatch(
      /^Invalid write attributes specified while updating a client/,
    );
  });

  it.each(['sub', 'email_verified', 'phone_number_verified'])(
    'WriteAttributes must not contain %s',
    async (name) => {
      expect(await refusedClient({ WriteAttributes: ['email', name] })).toBe(invalid);
    },
  );

  it('a client without write access to an attribute can neither change it nor send it with a sign-up', async () => {
    const client = await alias.withClient({ WriteAttributes: ['name'] });
    await alias.createUser('Yan', password, 'yan@example.com');
    const { AuthenticationResult: tokens } = await client.signIn('Yan');
    const UserAttributes = [{ Name: 'email', Value: 'other@example.com' }];
    const { sdk, clientId: ClientId } = client;
    const refused = [
      () => sdk.updateUserAttributes({ AccessToken: tokens?.AccessToken, UserAttributes }),
      () => sdk.signUp({ ClientId, Username: 'Xia', Password: password, UserAttributes }),
    ];
    for (const call of refused) {
      expect(await refusal(call())).toEqual({
        name: 'NotAuthorizedException',
        message: 'A client attempted to write unauthorized attribute',
      });
    }
    expect(await valueOf(alias, 'Yan', 'email')).toBe('yan@example.com');
  });

  it('a client may set its own secret', async () => {
    const ClientSecret = 'own-secret-of-this-client-0123456789';
    expect((await target.createClient({ ClientSecret })).ClientSecret).toBe(ClientSecret);
  });
});

describe('attributes of a user', () => {
  it('a phone number is a plus sign and digits only', async () => {
    for (const number of ['5551234567', '+1 555 123', '+1-555-123']) {
      expect((await refusal(write('ann@example.com', 'phone_number', number))).name).toBe(invalid);
    }
  });

  it('an attribute that is not in the schema is named in the error', async () => {
    expect((await refusal(write('ann@example.com', 'custom:nope', '1'))).message).toMatch(
      /^Attributes did not conform to the schema: custom:nope: Attribute does not exist in the schema\./,
    );
  });

  it('custom attributes are text in the ID token, and only if the client may read them', async () => {
    await write('ann@example.com', 'custom:rails_app_id', '17');
    const client = await target.withClient({ ReadAttributes: ['email'] });
    const idToken = async (where: Target) =>
      claimsOf((await where.signIn('ann@example.com')).AuthenticationResult?.IdToken);
    expect(await idToken(target)).toHaveProperty('custom:rails_app_id', '17');
    expect(await idToken(client)).not.toHaveProperty('custom:rails_app_id');
  });
});

// Developer guide: Adding groups to a user pool.
describe('groups', () => {
  it('are in both tokens issued later; the lowest precedence determines the preferred role', async () => {
    await target.createUser('cyd@example.com');
    const { AuthenticationResult: before } = await target.signIn('cyd@example.com');
    const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
    const create = (GroupName: string, Precedence: number) =>
      target.sdk.createGroup({ UserPoolId: target.poolId, GroupName, Precedence, RoleArn: role(GroupName) });
    await create('low', 9);
    await create('high', 1);
    expect(await refusal(create('low', 9))).toEqual({
      name: 'GroupExistsException',
      message: expect.stringMatching(/^A group with the name already exists\.?$/),
    });
    for (const GroupName of ['low', 'high']) {
      const member = { UserPoolId: target.poolId, Username: 'cyd@example.com', GroupName };
      await target.sdk.adminAddUserToGroup(member);
    }
    // Earlier tokens do not contain them.
    expect(claimsOf(before?.AccessToken)).not.toHaveProperty('cognito:groups');
    const { AuthenticationResult: tokens } = await target.signIn('cyd@example.com');
    const [id, access] = [claimsOf(tokens?.IdToken), claimsOf(tokens?.AccessToken)];
    for (const claims of [id, access]) {
      expect([...(claims['cognito:groups'] as string[])].sort()).toEqual(['high', 'low']);
    }
    expect(id['cognito:preferred_role']).toBe(role('high'));
    expect(id['cognito:roles']).toEqual(expect.arrayContaining([role('low'), role('high')]));
    expect(access).not.toHaveProperty('cognito:roles');
  });
});

describe('an invitation', () => {
  it('is sent by SMS by default, so a user without a phone number cannot be invited', async () => {
    const call = alias.sdk.adminCreateUser({ UserPoolId: alias.poolId, Username: 'mail-only' });
    expect((await refusal(call)).name).toBe(invalid);
  });
});
