import { describe, expect, it } from '@jest/globals';
import { createPool, openTestPool, refusal } from './support.js';

const pool = openTestPool();

const describePool = async (UserPoolId: string) => (await pool.sdk.describeUserPool({ UserPoolId })).UserPool;

describe('a pool', () => {
  it('is described with its defaults, its schema and its count of users', async () => {
    await pool.createUser('ann@example.com');
    const described = await describePool(pool.poolId);
    expect(described).toMatchObject({
      Id: pool.poolId,
      Name: 'people',
      Arn: `arn:aws:cognito-idp:eu-west-1:000000000000:userpool/${pool.poolId}`,
      MfaConfiguration: 'OFF',
      EstimatedNumberOfUsers: 1,
      Policies: { PasswordPolicy: { MinimumLength: 8, TemporaryPasswordValidityDays: 7 } },
    });
    const names = described?.SchemaAttributes?.map(({ Name }) => Name);
    expect(names).toEqual(expect.arrayContaining(['sub', 'email', 'custom:rails_app_id']));
  });

  it('is reset by an update except for given and immutable settings', async () => {
    const poolId = await createPool(pool.sdk, { Policies: { PasswordPolicy: { MinimumLength: 12 } } });
    await pool.sdk.updateUserPool({ UserPoolId: poolId, EmailVerificationSubject: 'Hello' });
    const described = await describePool(poolId);
    expect(described?.Policies?.PasswordPolicy?.MinimumLength).toBe(8);
    expect(described).toMatchObject({
      UsernameAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
      EmailVerificationSubject: 'Hello',
    });
    expect(described?.AutoVerifiedAttributes).toBeUndefined();
  });

  it('is deleted with all its content', async () => {
    const doomed = await pool.addPool();
    await doomed.createUser('ann@example.com');
    await pool.sdk.deleteUserPool({ UserPoolId: doomed.poolId });
    expect((await refusal(describePool(doomed.poolId))).message).toBe(
      `User pool ${doomed.poolId} does not exist.`,
    );
    expect((await refusal(doomed.signIn('ann@example.com'))).name).toBe('ResourceNotFoundException');
    const guarded = await createPool(pool.sdk, { DeletionProtection: 'ACTIVE' });
    const call = pool.sdk.deleteUserPool({ UserPoolId: guarded });
    expect((await refusal(call)).name).toBe('InvalidParameterException');
  });

  it('is listed in pages', async () => {
    const first = await pool.sdk.listUserPools({ MaxResults: 1 });
    expect(first.UserPools).toHaveLength(1);
    const rest = await pool.sdk.listUserPools({ MaxResults: 60, NextToken: first.NextToken });
    expect(rest.UserPools?.length).toBeGreaterThan(0);
    expect(rest.NextToken).toBeUndefined();
  });

  it('keeps its users apart from those of other pools', async () => {
    const other = await pool.addPool();
    expect((await refusal(other.signIn('ann@example.com'))).name).toBe('NotAuthorizedException');
    const call = pool.sdk.describeUserPoolClient({ UserPoolId: other.poolId, ClientId: pool.clientId });
    expect((await refusal(call)).name).toBe('ResourceNotFoundException');
  });

  it.each([
    ['both kinds of address settings', { UsernameAttributes: ['email'], AliasAttributes: ['email'] }],
    ['MFA without a way to send codes', { MfaConfiguration: 'ON' }],
    ['a policy shorter than six', { Policies: { PasswordPolicy: { MinimumLength: 5 } } }],
    ['a custom attribute with a long name', { Schema: [{ Name: 'x'.repeat(21) }] }],
    ['a setting that the local pool does not support', { UserPoolAddOns: { AdvancedSecurityMode: 'AUDIT' } }],
  ])('is refused with %s', async (_what, settings) => {
    const call = pool.sdk.createUserPool({ PoolName: 'odd', ...(settings as object) });
    expect((await refusal(call)).name).toBe('InvalidParameterException');
  });
});

describe('an app client', () => {
  it('is reset by an update except for given settings and its secret', async () => {
    const { ClientId, ClientSecret } = await pool.createClient({ GenerateSecret: true });
    const which = { UserPoolId: pool.poolId, ClientId };
    await pool.sdk.updateUserPoolClient({ ...which, AccessTokenValidity: 2 });
    const { UserPoolClient } = await pool.sdk.describeUserPoolClient(which);
    expect(UserPoolClient).toMatchObject({ ClientName: 'web', ClientSecret, AccessTokenValidity: 2 });
    expect(UserPoolClient?.PreventUserExistenceErrors).toBeUndefined();
    expect(UserPoolClient?.ExplicitAuthFlows).toBeUndefined();
    const { UserPoolClients } = await pool.sdk.listUserPoolClients({ UserPoolId: pool.poolId });
    expect(UserPoolClients?.map((client) => client.ClientId)).toContain(ClientId);
    await pool.sdk.deleteUserPoolClient(which);
    expect((await refusal(pool.sdk.describeUserPoolClient(which))).message).toBe(
      `User pool client ${ClientId} does not exist.`,
    );
  });

  it.each([
    ['old and new names of flows', { ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'USER_PASSWORD_AUTH'] }],
    ['a flow that the local pool does not support', { ExplicitAuthFlows: ['ALLOW_USER_AUTH'] }],
    [
      'a lifetime that is too short',
      { AccessTokenValidity: 1, TokenValidityUnits: { AccessToken: 'minutes' } },
    ],
    ['a session that is too long', { AuthSessionValidity: 16 }],
    ['an attribute that the pool lacks', { ReadAttributes: ['custom:nope'] }],
  ])('is refused with %s', async (_what, settings) => {
    const call = pool.createClient(settings as object);
    expect((await refusal(call)).name).toBe('InvalidParameterException');
  });
});
