import type { CreateUserPoolClientRequest } from '@aws-sdk/client-cognito-identity-provider';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { UserDirectory } from '../../src/cognito/user-directory.js';
import { exception } from '../support/fakes/cognito-proxy.js';
import { ada, signInWithTokens } from '../support/drivers/sessions.js';
import { until } from '../support/drivers/until.js';
import { startUsher, type Usher, openUsher } from '../support/drivers/usher.js';

const attacker = 'attacker@evil.example';
const unsafe = { pool: { UserAttributeUpdateSettings: undefined }, client: { WriteAttributes: undefined } };

const tokenOf = async (usher: Usher) => (await signInWithTokens(usher.api)).accessToken;

/** Sends an update of attributes with an access token directly to the pool. */
const write = (usher: Usher, AccessToken: string, attributes: Record<string, string>) =>
  usher.cognito.updateUserAttributes({
    AccessToken,
    UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
  });

const emailInPool = async (usher: Usher, email: string) =>
  (await usher.app.get(UserDirectory).find(email))?.email;

interface Line {
  msg: string;
  level: string;
  alarm?: string;
  clientId?: string;
  attributes?: string[];
  identityProviders?: string[];
  issues?: number;
}
const isAlarm = ({ alarm }: Line) => alarm === 'cognito.misconfigured';
const isChecked = ({ msg }: Line) => msg === 'user pool settings checked';
const isUnchecked = ({ msg }: Line) => msg === 'user pool settings not checked';
const settingsLines = (usher: Usher): Line[] =>
  usher
    .logLines()
    .map((line) => JSON.parse(line) as Line)
    .filter((line) => isAlarm(line) || isChecked(line) || isUnchecked(line));

/** The log lines of an API about the pool, its client and `further` ones. @param known lines of earlier APIs */
async function checksAtStart(usher: Usher, further = 0, known = 0): Promise<Line[]> {
  const found = () => settingsLines(usher).slice(known);
  const done = () => found().filter((line) => !isAlarm(line)).length;
  await until(() => done() === further + 2);
  return found();
}

/** Starts another API with these additional accepted clients. @returns its log lines about the pool's settings */
async function startBeside(usher: Usher, clientIds: string[]): Promise<Line[]> {
  const known = settingsLines(usher).length;
  const { close } = await usher.startBeside({ AWS_COGNITO_ACCEPTED_CLIENT_IDS: clientIds.join() });
  const found = await checksAtStart(usher, clientIds.length, known);
  await close();
  return found;
}

describe('a pool with the settings of docs/production.md', () => {
  let atStart: Line[];
  const usher = openUsher();
  beforeAll(async () => {
    atStart = await checksAtStart(usher);
  });

  const addClient = async (settings: Partial<CreateUserPoolClientRequest>): Promise<string> => {
    const { UserPoolClient } = await usher.cognito.createUserPoolClient({
      UserPoolId: usher.userPoolId,
      ClientName: 'other',
      ...settings,
    });
    return UserPoolClient?.ClientId ?? '';
  };

  it.each([
    { email: attacker },
    { name: 'Ada', email: attacker },
    { email_verified: 'false' },
    { phone_number: '+15551234567' },
    { 'custom:rails_app_id': '2' },
  ] as Record<string, string>[])(
    'refuses the holder of an access token who writes %j',
    async (attributes) => {
      const call = write(usher, await tokenOf(usher), attributes);
      await expect(call).rejects.toMatchObject({ name: 'NotAuthorizedException' });
      expect(await emailInPool(usher, ada.email)).toBe(ada.email);
      expect(await emailInPool(usher, attacker)).toBeUndefined();
    },
  );

  it('lets users write their name', async () => {
    await write(usher, await tokenOf(usher), { name: 'Ada L.' });
  });

  it('is checked at start, without an alarm', () => {
    expect(atStart.filter(isAlarm)).toEqual([]);
    expect(atStart).toMatchObject([{ issues: 0 }, { clientId: usher.clientId, issues: 0 }]);
  });

  it('raises an alarm at start for every accepted client with unsafe settings', async () => {
    const free = await addClient({});
    const careless = await addClient({ WriteAttributes: ['name', 'email', 'custom:rails_app_id'] });
    const good = await addClient({ WriteAttributes: ['name', 'locale'] });
    const found = await startBeside(usher, [free, careless, good]);
    const message = 'an app client lets users change attributes that identify them';
    const remedy = 'docs/production.md#attributes-that-users-may-change';
    const alarm = { level: 'error', msg: message, identityProviders: [], remedy };
    expect(found.filter(isAlarm)).toMatchObject([
      { ...alarm, clientId: free, attributes: ['email', 'phone_number'] },
      { ...alarm, clientId: careless, attributes: ['email', 'custom:rails_app_id'] },
    ]);
    expect(found.filter(isChecked).map(({ clientId, issues }) => [clientId, issues])).toEqual([
      [undefined, 0],
      [usher.clientId, 0],
      [free, 1],
      [careless, 1],
      [good, 0],
    ]);
  });

  it('names the identity providers of a client that federates', async () => {
    const federating = await addClient({
      WriteAttributes: ['name', 'email'],
      SupportedIdentityProviders: ['COGNITO', 'Google'],
    });
    const found = await startBeside(usher, [federating]);
    expect(found.filter(isAlarm)).toMatchObject([
      { clientId: federating, attributes: ['email'], identityProviders: ['Google'] },
    ]);
  });

  it('logs failed checks, and never reports them as passed', async () => {
    usher.proxy.answerWith('DescribeUserPool', exception('InternalErrorException', 'canary', 500));
    usher.proxy.answerWith('DescribeUserPoolClient', exception('AccessDeniedException', 'canary'));
    const found = await startBeside(usher, []);
    usher.proxy.answerWith('DescribeUserPool', undefined);
    usher.proxy.answerWith('DescribeUserPoolClient', undefined);
    const unchecked = { level: 'warn', msg: 'user pool settings not checked' };
    expect(found.filter((line) => !isAlarm(line))).toMatchObject([
      { ...unchecked, retries: true },
      { ...unchecked, clientId: usher.clientId, retries: false },
    ]);
    expect(found.filter(isAlarm)).toMatchObject([
      { asked: 'describe-app-client', exception: 'AccessDeniedException' },
    ]);
    expect(JSON.stringify(found)).not.toContain('canary');
  });
});

describe('a pool whose clients may write all attributes', () => {
  const usher = openUsher(unsafe);

  it('raises two alarms at start, for the pool and for the client', async () => {
    expect((await checksAtStart(usher)).filter(isAlarm)).toMatchObject([
      {
        level: 'error',
        msg: 'the user pool replaces an e-mail address before the new one is verified',
        attributes: ['email'],
        remedy: 'docs/production.md#attributes-that-users-may-change',
      },
      { level: 'error', clientId: usher.clientId, attributes: ['email', 'phone_number'] },
    ]);
  });

  it('lets the holder of an access token take over the account', async () => {
    await write(usher, await tokenOf(usher), { email: attacker });
    expect(await emailInPool(usher, attacker)).toBe(attacker);
    expect(await emailInPool(usher, ada.email)).toBeUndefined();
  });
});

describe('a pool that requires e-mail addresses, which all clients can write', () => {
  it('keeps the old address until the new one is verified, and raises an alarm', async () => {
    const attribute = { AttributeDataType: 'String' as const, Mutable: true };
    const Schema = [
      { ...attribute, Name: 'email', Required: true },
      { ...attribute, Name: 'rails_app_id' },
    ];
    const usher = await startUsher({
      pool: { Schema },
      client: { WriteAttributes: ['name', 'email'] },
    });
    const AccessToken = await tokenOf(usher);
    await write(usher, AccessToken, { email: 'new@example.com' });
    const [old, pending] = [await emailInPool(usher, ada.email), await emailInPool(usher, 'new@example.com')];
    const { text } = await usher.mail.waitFor((mail) => mail.to.includes('new@example.com'));
    const Code = /\d{6}/.exec(text)?.[0] ?? '';
    await usher.cognito.verifyUserAttribute({ AccessToken, AttributeName: 'email', Code });
    const verified = await usher.app.get(UserDirectory).find('new@example.com');
    const alarms = (await checksAtStart(usher)).filter(isAlarm);
    await usher.close();
    expect({ old, pending }).toEqual({ old: ada.email, pending: undefined });
    expect(verified).toMatchObject({ email: 'new@example.com', emailVerified: true });
    expect(alarms).toMatchObject([{ clientId: usher.clientId, attributes: ['email'] }]);
  });
});
