import type { CreateUserPoolClientRequest } from '@aws-sdk/client-cognito-identity-provider';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { UserDirectory } from '../../src/cognito/user-directory.js';
import { exception } from '../support/fakes/cognito-proxy.js';
import { good } from '../support/drivers/doctor.js';
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
  finding?: string;
  title?: string;
  findings?: number;
  skipped?: unknown;
}
const linesOf = (usher: Usher): Line[] => usher.logLines().map((line) => JSON.parse(line) as Line);
const isAlarm = ({ alarm }: Line) => alarm === 'cognito.misconfigured';

/** The log lines of the checks at the start of an API. @param known lines before its start */
async function checksAtStart(usher: Usher, known = 0): Promise<Line[]> {
  const found = () => linesOf(usher).slice(known);
  await until(() => found().some(({ msg }) => msg === 'installation checked'));
  return found();
}

/** Starts another API. @returns its log lines of the checks at start */
async function startBeside(usher: Usher, clientIds: string[]): Promise<Line[]> {
  const known = linesOf(usher).length;
  const { close } = await usher.startBeside({ AWS_COGNITO_ACCEPTED_CLIENT_IDS: clientIds.join() });
  const found = await checksAtStart(usher, known);
  await close();
  return found;
}

describe('a pool with the settings of docs/production.md', () => {
  let atStart: Line[];
  const usher = openUsher({ pool: good });
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
    expect(atStart.at(-1)).toMatchObject({ msg: 'installation checked', findings: 0 });
  });

  it('raises an alarm at start for every accepted client with unsafe settings', async () => {
    const free = await addClient({});
    const careless = await addClient({ WriteAttributes: ['name', 'email', 'custom:rails_app_id'] });
    const good = await addClient({ WriteAttributes: ['name', 'locale'] });
    const found = (await startBeside(usher, [free, careless, good])).filter(isAlarm);
    const alarm = { level: 'error', finding: 'client.write_attributes' };
    expect(found).toMatchObject([
      { ...alarm, title: `App client ${free} lets users write email, phone_number.` },
      { ...alarm, title: `App client ${careless} lets users write email, custom:rails_app_id.` },
    ]);
  });

  it('says what could not be checked, and never counts it as passed', async () => {
    usher.proxy.answerWith('DescribeUserPool', exception('InternalErrorException', 'canary', 500));
    usher.proxy.answerWith('DescribeUserPoolClient', exception('AccessDeniedException', 'not authorized'));
    const found = await startBeside(usher, []);
    const skipped = expect.arrayContaining([
      { id: 'pool.user_migration_trigger', why: 'Cognito does not answer (InternalErrorException)' },
      { id: 'client.password_flow', why: 'the AWS credentials do not allow it: not authorized' },
    ]);
    expect(found.find(({ msg }) => msg === 'checks skipped')).toMatchObject({ skipped });
    expect(JSON.stringify(found)).not.toContain('canary');
  });
});

describe('a pool whose clients may write all attributes', () => {
  const usher = openUsher(unsafe);

  it('raises two alarms at start, for the pool and for the client', async () => {
    expect((await checksAtStart(usher)).filter(isAlarm)).toMatchObject([
      { level: 'error', finding: 'pool.email_verified_before_change' },
      { level: 'error', finding: 'client.write_attributes' },
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
    expect(alarms).toMatchObject([{ finding: 'client.write_attributes' }]);
  });
});
