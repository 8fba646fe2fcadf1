import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  createClient,
  createPool,
  createUser,
  openTestPool,
  password,
  refusal,
  signIn,
  type TestPool,
} from './support.js';

const pool = openTestPool();

const toList = (attributes: Record<string, string>) =>
  Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
const get = async (email: string, { sdk, poolId }: TestPool): Promise<Record<string, string>> => {
  const user = await sdk.adminGetUser({ UserPoolId: poolId, Username: email });
  return Object.fromEntries((user.UserAttributes ?? []).map(({ Name = '', Value = '' }) => [Name, Value]));
};
const accessToken = async (at: TestPool, email: string) =>
  (await signIn(at, email)).AuthenticationResult?.AccessToken ?? '';
const update = (at: TestPool, AccessToken: string, attributes: Record<string, string>) =>
  at.sdk.updateUserAttributes({ AccessToken, UserAttributes: toList(attributes) });

describe('a client that can write only the name', () => {
  let narrow: TestPool;
  const unauthorized = {
    name: 'NotAuthorizedException',
    message: 'A client attempted to write unauthorized attribute',
  };
  beforeAll(async () => {
    const poolId = await createPool(pool.sdk, {
      Schema: [{ Name: 'rails_app_id', AttributeDataType: 'String', Mutable: true }],
    });
    const client = await createClient(pool.sdk, poolId, { WriteAttributes: ['name'] });
    narrow = { ...pool, poolId, clientId: client.ClientId ?? '' };
  });

  it('refuses a change of another attribute, also together with the name', async () => {
    await createUser(narrow, 'nia@example.com');
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
    const challenge = await signIn(narrow, 'pia@example.com');
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
    const poolId = await createPool(pool.sdk, {
      UsernameAttributes: ['email', 'phone_number'],
      Schema: undefined,
    });
    const client = await createClient(pool.sdk, poolId);
    const open = { ...pool, poolId, clientId: client.ClientId ?? '' };
    await createUser(open, 'quin@example.com');
    const firstPassword = async (Username: string, attribute: 'email' | 'phone_number', email: string) => {
      await pool.sdk.adminCreateUser({
        UserPoolId: poolId,
        Username,
        UserAttributes: [{ Name: attribute, Value: Username }],
        TemporaryPassword: password,
        MessageAction: 'SUPPRESS',
      });
      const { Session } = await signIn(open, Username);
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
    const poolId = await createPool(pool.sdk, {
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
    });
    const client = await createClient(pool.sdk, poolId);
    const careful = { ...pool, poolId, clientId: client.ClientId ?? '' };
    await createUser(careful, 'bob@example.com');
    const write = (Username: string, given: Record<string, string>) =>
      pool.sdk.adminUpdateUserAttributes({ UserPoolId: poolId, Username, UserAttributes: toList(given) });
    await write('bob@example.com', { email: 'bob2@example.com', email_verified: 'true' });
    expect(await get('bob2@example.com', careful)).toMatchObject({ email_verified: 'true' });
    await write('bob2@example.com', { email: 'bob3@example.com' });
    expect(await get('bob2@example.com', careful)).toMatchObject({ email_verified: 'true' });
  });
});
