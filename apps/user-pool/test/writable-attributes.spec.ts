import { beforeAll, describe, expect, it } from '@jest/globals';
import { openTestPool, password, refusal, type TestPool } from './support.js';

const pool = openTestPool();

const toList = (attributes: Record<string, string>) =>
  Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
const get = async (email: string, { sdk, poolId }: TestPool): Promise<Record<string, string>> => {
  const user = await sdk.adminGetUser({ UserPoolId: poolId, Username: email });
  return Object.fromEntries((user.UserAttributes ?? []).map(({ Name = '', Value = '' }) => [Name, Value]));
};
const accessToken = async (at: TestPool, email: string) =>
  (await at.signIn(email)).AuthenticationResult?.AccessToken ?? '';
const update = (at: TestPool, AccessToken: string, attributes: Record<string, string>) =>
  at.sdk.updateUserAttributes({ AccessToken, UserAttributes: toList(attributes) });

describe('a client that can write only the name', () => {
  let narrow: TestPool;
  const unauthorized = {
    name: 'NotAuthorizedException',
    message: 'A client attempted to write unauthorized attribute',
  };
  beforeAll(async () => {
    narrow = await pool.addPool(
      {
        Schema: [{ Name: 'rails_app_id', AttributeDataType: 'String', Mutable: true }],
      },
      { WriteAttributes: ['name'] },
    );
  });

  it('refuses a change of another attribute, also together with the name', async () => {
    await narrow.createUser('nia@example.com');
    const token = await accessToken(narrow, 'nia@example.com');
    const refused: Record<string, string>[] = [
      { email: 'other@example.com' },
      { name: 'Nia', email: 'other@example.com' },
      { email: '' },
      { phone_number: '+15551234567' },
      { 'custom:rails_app_id': '1' },
    ];
    for (const given of refused) {
      expect(await refusal(update(narrow, token, given))).toEqual(unauthorized);
    }
    expect((await get('nia@example.com', narrow))['name']).toBeUndefined();
    await update(narrow, token, { name: 'Nia' });
    expect(await get('nia@example.com', narrow)).toMatchObject({ name: 'Nia', email: 'nia@example.com' });
  });

  it('refuses a sign-up with another attribute', async () => {
    const signUp = (Username: string, given: Record<string, string>) =>
      pool.sdk.signUp({
        ClientId: narrow.clientId,
        Username,
        Password: password,
        UserAttributes: toList(given),
      });
    expect(await refusal(signUp('oli@example.com', { email: 'oli@example.com' }))).toEqual(unauthorized);
    expect(await refusal(signUp('oli@example.com', { 'custom:rails_app_id': '1' }))).toEqual(unauthorized);
    await signUp('oli@example.com', { name: 'Oli' });
  });

  it('refuses another attribute when a first password is set', async () => {
    const invited = { UserPoolId: narrow.poolId, Username: 'pia@example.com' };
    await pool.sdk.adminCreateUser({
      ...invited,
      UserAttributes: toList({ email: 'pia@example.com' }),
      TemporaryPassword: password,
      MessageAction: 'SUPPRESS',
    });
    const challenge = await narrow.signIn('pia@example.com');
    const answer = (given: Record<string, string>) =>
      pool.sdk.respondToAuthChallenge({
        ClientId: narrow.clientId,
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        Session: challenge.Session,
        ChallengeResponses: { USERNAME: 'pia@example.com', NEW_PASSWORD: 'Another-horse-2', ...given },
      });
    expect(await refusal(answer({ 'userAttributes.email': 'other@example.com' }))).toEqual(unauthorized);
    await answer({ 'userAttributes.name': 'Pia' });
    expect(await get('pia@example.com', narrow)).toMatchObject({ name: 'Pia', email: 'pia@example.com' });
  });
});

describe('setting a first password', () => {
  it('can neither change an existing address nor set an address of another user', async () => {
    const open = await pool.addPool({
      UsernameAttributes: ['email', 'phone_number'],
      Schema: undefined,
    });
    await open.createUser('quin@example.com');
    const firstPassword = async (Username: string, attribute: 'email' | 'phone_number', email: string) => {
      await pool.sdk.adminCreateUser({
        UserPoolId: open.poolId,
        Username,
        UserAttributes: [{ Name: attribute, Value: Username }],
        TemporaryPassword: password,
        MessageAction: 'SUPPRESS',
      });
      const { Session } = await open.signIn(Username);
      const answers = { USERNAME: Username, NEW_PASSWORD: 'Another-horse-2', 'userAttributes.email': email };
      return pool.sdk.respondToAuthChallenge({
        ClientId: open.clientId,
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        Session,
        ChallengeResponses: answers,
      });
    };
    expect(await refusal(firstPassword('rob@example.com', 'email', 'rob2@example.com'))).toEqual({
      name: 'NotAuthorizedException',
      message: 'Cannot modify an already provided email',
    });
    expect((await refusal(firstPassword('+15551234567', 'phone_number', 'quin@example.com'))).name).toBe(
      'AliasExistsException',
    );
    expect(await get('quin@example.com', open)).toMatchObject({ email_verified: 'true' });
  });
});

describe('an address that must be verified before its update', () => {
  it('changes at once only if an administrator sets it as verified', async () => {
    const careful = await pool.addPool({
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
    });
    await careful.createUser('bob@example.com');
    const write = (Username: string, given: Record<string, string>) =>
      pool.sdk.adminUpdateUserAttributes({
        UserPoolId: careful.poolId,
        Username,
        UserAttributes: toList(given),
      });
    await write('bob@example.com', { email: 'bob2@example.com', email_verified: 'true' });
    expect(await get('bob2@example.com', careful)).toMatchObject({ email_verified: 'true' });
    await write('bob2@example.com', { email: 'bob3@example.com' });
    expect(await get('bob2@example.com', careful)).toMatchObject({ email_verified: 'true' });
  });
});
