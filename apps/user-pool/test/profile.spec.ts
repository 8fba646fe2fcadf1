import { describe, expect, it } from '@jest/globals';
import { claimsOf, openTestPool, password, refusal } from './support.js';

const pool = openTestPool({
  Schema: [
    { Name: 'email', AttributeDataType: 'String', Required: true, Mutable: true },
    { Name: 'fixed', AttributeDataType: 'String', Mutable: false },
    {
      Name: 'size',
      AttributeDataType: 'Number',
      Mutable: true,
      NumberAttributeConstraints: { MaxValue: '9' },
    },
  ],
});

const accessToken = async (email: string) =>
  (await pool.signIn(email)).AuthenticationResult?.AccessToken ?? '';
const update = (AccessToken: string, attributes: Record<string, string>, at = pool) =>
  at.sdk.updateUserAttributes({
    AccessToken,
    UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
  });
const get = async (email: string, at = pool): Promise<Record<string, string>> => {
  const user = await at.sdk.adminGetUser({ UserPoolId: at.poolId, Username: email });
  return Object.fromEntries((user.UserAttributes ?? []).map(({ Name = '', Value = '' }) => [Name, Value]));
};

describe('attributes', () => {
  it('can be changed, and a new address must be verified', async () => {
    await pool.createUser('ann@example.com');
    const AccessToken = await accessToken('ann@example.com');
    const { CodeDeliveryDetailsList } = await update(AccessToken, { name: 'Ann', email: 'ann2@example.com' });
    expect(CodeDeliveryDetailsList).toMatchObject([{ Destination: 'a***@e***', AttributeName: 'email' }]);
    expect(await get('ann2@example.com')).toMatchObject({ name: 'Ann', email_verified: 'false' });
    const verify = (Code: string) =>
      pool.sdk.verifyUserAttribute({ AccessToken, AttributeName: 'email', Code });
    const code = pool.lastCode();
    expect((await refusal(verify(code === '000000' ? '111111' : '000000'))).name).toBe(
      'CodeMismatchException',
    );
    await verify(code);
    expect((await get('ann2@example.com'))['email_verified']).toBe('true');
    expect((await refusal(verify(code))).name).toBe('ExpiredCodeException');
    await pool.sdk.getUserAttributeVerificationCode({ AccessToken, AttributeName: 'email' });
    await verify(pool.lastCode());
  });

  it('keep the old address until the new one is verified, if the pool requires this', async () => {
    const careful = await pool.addPool({
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
    });
    await careful.createUser('bea@example.com');
    const AccessToken = (await careful.signIn('bea@example.com')).AuthenticationResult?.AccessToken ?? '';
    await update(AccessToken, { email: 'bea2@example.com' }, careful);
    expect(pool.server.deliveries.list()[0]?.destination).toBe('bea2@example.com');
    expect((await get('bea@example.com', careful))['email_verified']).toBe('true');
    const Code = pool.lastCode();
    await pool.sdk.verifyUserAttribute({ AccessToken, AttributeName: 'email', Code });
    expect((await get('bea2@example.com', careful))['email_verified']).toBe('true');
  });

  it('must conform to the schema', async () => {
    await pool.createUser('cyd@example.com');
    await pool.createUser('dan@example.com');
    const AccessToken = await accessToken('cyd@example.com');
    const refused = async (attributes: Record<string, string>) =>
      (await refusal(update(AccessToken, attributes))).message;
    expect(await refused({ 'custom:nope': '1' })).toContain(
      'custom:nope: Attribute does not exist in the schema.',
    );
    expect(await refused({ 'custom:size': '10' })).toContain('custom:size');
    expect(await refused({ 'custom:fixed': 'x' })).toBe('user.custom:fixed: Attribute cannot be updated.');
    expect(await refused({ email_verified: 'true' })).toBe(
      'A client attempted to write unauthorized attribute',
    );
    expect(await refused({ name: 'x'.repeat(2049) })).toContain('name');
    expect(await refused({ email: 'dan@example.com' })).toBe('An account with the email already exists.');
    expect(await refused({ email: 'a@example.com,b@example.com' })).toBe('Invalid email address format.');
    expect(await refused({ sub: 'me' })).toContain('sub');
  });

  it('that a client may not read are omitted from tokens and GetUser', async () => {
    const narrow = await pool.withClient({
      ReadAttributes: ['email'],
      WriteAttributes: ['email'],
    });
    await pool.createUser('eve@example.com');
    const UserAttributes = [{ Name: 'name', Value: 'Eve' }];
    const user = { UserPoolId: pool.poolId, Username: 'eve@example.com' };
    await pool.sdk.adminUpdateUserAttributes({ ...user, UserAttributes });
    const { AuthenticationResult: tokens } = await narrow.signIn('eve@example.com');
    expect(claimsOf(tokens?.IdToken)['name']).toBeUndefined();
    const shown = await pool.sdk.getUser({ AccessToken: tokens?.AccessToken });
    expect(shown.UserAttributes?.map(({ Name }) => Name).sort()).toEqual(['email', 'sub']);
    expect((await refusal(update(tokens?.AccessToken ?? '', { name: 'E' }))).name).toBe(
      'NotAuthorizedException',
    );
  });
});

describe('passwords', () => {
  it('can be changed with the old one, five times an hour', async () => {
    await pool.createUser('fay@example.com');
    const AccessToken = await accessToken('fay@example.com');
    const change = (PreviousPassword: string, ProposedPassword = 'Another-horse-2') =>
      pool.sdk.changePassword({ AccessToken, PreviousPassword, ProposedPassword });
    expect((await refusal(change('Wrong-horse-1'))).message).toBe('Incorrect username or password.');
    await change(password);
    expect((await pool.signIn('fay@example.com', 'Another-horse-2')).AuthenticationResult).toBeDefined();
    for (let call = 3; call <= 5; call++) await change('Another-horse-2');
    expect((await refusal(change('Another-horse-2'))).name).toBe('LimitExceededException');
  });

  it('cannot be reused if the pool has a history', async () => {
    const strict = await pool.addPool({
      Policies: { PasswordPolicy: { MinimumLength: 8, PasswordHistorySize: 2 } },
    });
    await strict.createUser('gus@example.com');
    const { AuthenticationResult: tokens } = await strict.signIn('gus@example.com');
    const change = (PreviousPassword: string, ProposedPassword: string) =>
      pool.sdk.changePassword({ AccessToken: tokens?.AccessToken, PreviousPassword, ProposedPassword });
    expect((await refusal(change(password, password))).name).toBe('PasswordHistoryPolicyViolationException');
    await change(password, 'password-two');
    expect((await refusal(change('password-two', password))).name).toBe(
      'PasswordHistoryPolicyViolationException',
    );
    await change('password-two', 'password-three');
    await change('password-three', password);
  });

  it('can be reset by an administrator: the user receives a code', async () => {
    await pool.createUser('hal@example.com');
    const user = { UserPoolId: pool.poolId, Username: 'hal@example.com' };
    await pool.sdk.adminResetUserPassword(user);
    expect(pool.server.deliveries.list()[0]).toMatchObject({
      purpose: 'reset',
      destination: 'hal@example.com',
    });
    const legacy = await pool.withClient({ PreventUserExistenceErrors: 'LEGACY' });
    expect((await refusal(legacy.signIn('hal@example.com'))).name).toBe('PasswordResetRequiredException');
  });
});

describe('sessions', () => {
  it('are all revoked by a global sign-out, and a new one can start at once', async () => {
    await pool.createUser('ida@example.com');
    const user = { UserPoolId: pool.poolId, Username: 'ida@example.com' };
    const signOut = [
      (AccessToken: string) => pool.sdk.globalSignOut({ AccessToken }),
      () => pool.sdk.adminUserGlobalSignOut(user),
    ];
    for (const end of signOut) {
      const tokens = [await accessToken('ida@example.com'), await accessToken('ida@example.com')];
      await end(tokens[0] ?? '');
      for (const AccessToken of tokens) {
        expect((await refusal(pool.sdk.getUser({ AccessToken }))).message).toBe(
          'Access Token has been revoked',
        );
      }
      const AccessToken = await accessToken('ida@example.com');
      await pool.sdk.getUser({ AccessToken });
    }
  });

  it('are invalid for a deleted user', async () => {
    await pool.createUser('jim@example.com');
    const AccessToken = await accessToken('jim@example.com');
    await pool.sdk.deleteUser({ AccessToken });
    expect((await refusal(pool.sdk.getUser({ AccessToken }))).message).toBe('User does not exist.');
  });
});

describe('groups', () => {
  it('are listed by precedence in tokens issued later', async () => {
    await pool.createUser('kim@example.com');
    const group = (GroupName: string, Precedence: number) =>
      pool.sdk.createGroup({ UserPoolId: pool.poolId, GroupName, Precedence, RoleArn: `arn:${GroupName}` });
    await group('readers', 5);
    await group('editors', 1);
    expect(await refusal(group('readers', 5))).toEqual({
      name: 'GroupExistsException',
      message: 'A group with the name already exists.',
    });
    const user = { UserPoolId: pool.poolId, Username: 'kim@example.com' };
    for (const GroupName of ['readers', 'editors']) {
      await pool.sdk.adminAddUserToGroup({ ...user, GroupName });
    }
    const names = async () =>
      (await pool.sdk.adminListGroupsForUser(user)).Groups?.map(({ GroupName }) => GroupName);
    expect(await names()).toEqual(['editors', 'readers']);
    const { AuthenticationResult: tokens } = await pool.signIn('kim@example.com');
    expect(claimsOf(tokens?.AccessToken)['cognito:groups']).toEqual(['editors', 'readers']);
    expect(claimsOf(tokens?.IdToken)).toMatchObject({
      'cognito:groups': ['editors', 'readers'],
      'cognito:preferred_role': 'arn:editors',
    });
    await pool.sdk.adminRemoveUserFromGroup({ ...user, GroupName: 'editors' });
    expect(await names()).toEqual(['readers']);
    const missing = pool.sdk.adminAddUserToGroup({ ...user, GroupName: 'nobody' });
    expect((await refusal(missing)).name).toBe('ResourceNotFoundException');
    const all = await pool.sdk.listGroups({ UserPoolId: pool.poolId, Limit: 1 });
    expect([all.Groups?.length, all.NextToken]).toEqual([1, '1']);
  });
});
