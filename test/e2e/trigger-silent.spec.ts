import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { run } from '../../src/cli/run.js';
import type { DoctorReport } from '../../src/doctor/doctor.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { createPoolUser } from '../support/builders/pool-users.js';
import { exception } from '../support/fakes/cognito-proxy.js';
import type { ApiClient } from '../support/drivers/api-client.js';
import { scrape, valueOf } from '../support/drivers/metrics.js';
import { until } from '../support/drivers/until.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher();
const ada = deviseUser('plain');
const bob = deviseUser('second');
const kim = deviseUser('bytes_100');

const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:usher-migration';
const setTrigger = (on: boolean) =>
  usher.cognito.updateUserPool({
    UserPoolId: usher.userPoolId,
    AutoVerifiedAttributes: ['email'],
    Policies: { PasswordPolicy: { MinimumLength: 8, RequireNumbers: true } },
    LambdaConfig: on ? { UserMigration: functionArn } : {},
  });
beforeEach(() => setTrigger(false));

const signIn = async (email: string, password: string, requestId: string, api: ApiClient = usher.api) =>
  (await api.post('/auth/sign-in', { email, password }, { 'x-request-id': requestId })).status;
const askAwsAuth = (requestId: string, token = usher.migrationToken) =>
  usher.api.post('/aws/auth', { email: ada.email, access_token: token }, { 'x-request-id': requestId });
const silentSignIns = async (api: ApiClient = usher.api) =>
  valueOf(await scrape(api), 'usher_trigger_silent_total') ?? NaN;
const alarms = () =>
  usher
    .logLines()
    .filter((line) => line.includes('"cognito.trigger_silent"'))
    .map((line) => JSON.parse(line) as { requestId: string; reason: string });
const outcomes = () =>
  usher.database.sql<{ request_id: string; outcome: string }>(
    'SELECT request_id, outcome FROM usher.trigger_requests ORDER BY request_id',
  );

describe('a silent migration trigger', () => {
  it('raises one alarm at refused sign-ins of legacy users, and counts each', async () => {
    const { api } = await usher.startBeside();
    expect(await silentSignIns(api)).toBe(0);
    const answers = [
      signIn(ada.email, ada.password, 'silent-1', api),
      signIn(bob.email, bob.wrong_password, 'silent-2', api),
    ];
    expect(await Promise.all(answers)).toEqual([401, 401]);
    await until(async () => (await silentSignIns(api)) === 2);
    expect(alarms().filter(({ requestId }) => requestId.startsWith('silent-'))).toMatchObject([
      { reason: 'not_asked' },
    ]);
  });

  it('is reported as a refused token if Usher refuses the token of the Lambda', async () => {
    const { api } = await usher.startBeside();
    const held = usher.proxy.holdAnswer('InitiateAuth');
    const answer = signIn(ada.email, ada.password, 'refused-1', api);
    await held.done;
    expect((await askAwsAuth('refused-1', 'another-token')).status).toBe(401);
    held.release();
    expect(await answer).toBe(401);
    await until(() => alarms().some(({ requestId }) => requestId === 'refused-1'));
    expect(alarms().find(({ requestId }) => requestId === 'refused-1')?.reason).toBe('token_refused');
  });
});

describe('a migration trigger is not silent', () => {
  const disabled = deviseUser('cost_10');
  const unconfirmed = deviseUser('cost_11');
  let silent: string[];

  beforeAll(async () => {
    await createPoolUser(usher, disabled.email);
    await usher.cognito.adminDisableUser({ UserPoolId: usher.userPoolId, Username: disabled.email });
    const { clientId: ClientId } = usher;
    await usher.cognito.signUp({ ClientId, Username: unconfirmed.email, Password: 'of-a-stranger-1' });
    await setTrigger(true);
    expect(await signIn(kim.email, kim.password, 'migrates')).toBe(200);
    await signIn(kim.email, kim.wrong_password, 'migrated-wrong');
    await signIn(ada.email, ada.wrong_password, 'legacy-wrong');
    await setTrigger(false);
    await askLate();
    await askWithoutId();
    await signIn(disabled.email, disabled.password, 'disabled');
    await signIn(unconfirmed.email, unconfirmed.wrong_password, 'unconfirmed');
    await signIn('nobody@example.com', 'whatever-1', 'unknown');
    await signIn('oauth@example.com', 'whatever-1', 'without-hash');
    await signIn(kim.email, kim.wrong_password, 'migrated');
    usher.proxy.answerWith('InitiateAuth', exception('NotAuthorizedException', 'Password attempts exceeded'));
    expect(await signIn(ada.email, ada.password, 'locked-out')).toBe(401);
    usher.proxy.forwardAll();
    // Its check ends after those of all others.
    await signIn(bob.email, bob.password, 'control');
    await until(async () => (silent = await silentIds()).includes('control'));
  });

  async function askLate(): Promise<void> {
    const held = usher.proxy.holdAnswer('AdminGetUser');
    expect(await signIn(ada.email, ada.password, 'late')).toBe(401);
    await held.done;
    expect((await askAwsAuth('late')).status).toBe(200);
    held.release();
  }

  async function askWithoutId(): Promise<void> {
    const held = usher.proxy.holdAnswer('InitiateAuth');
    const answer = signIn(ada.email, ada.password, 'without-id');
    await held.done;
    await usher.api.post('/aws/auth', { email: ada.email, access_token: usher.migrationToken });
    await until(async () => (await outcomes()).some(({ request_id: id }) => id === ''));
    held.release();
    expect(await answer).toBe(401);
    // The check looks for it when the response is sent. Then it is deleted, because it counts for later sign-ins too.
    await askAwsAuth('after-the-look');
    await until(async () => (await outcomes()).some(({ request_id: id }) => id === 'after-the-look'));
    await usher.database.sql(`DELETE FROM usher.trigger_requests WHERE request_id = ''`);
  }

  const silentIds = async () =>
    (await outcomes()).flatMap(({ request_id: id, outcome }) => (outcome === 'silent' ? [id] : []));

  it.each([
    ['for a migrated user with a wrong password', 'migrated-wrong'],
    ['for a legacy user with a wrong password', 'legacy-wrong'],
    ['if it asks late', 'late'],
    ['for a Lambda that sends no request id', 'without-id'],
    ['for a user who is disabled in the pool', 'disabled'],
    ['for an unconfirmed user of the pool', 'unconfirmed'],
    ['for an unknown user', 'unknown'],
    ['for a user without a hash', 'without-hash'],
    ['for a migrated user, although it is missing', 'migrated'],
    ['while Cognito refuses because of too many attempts', 'locked-out'],
  ])('%s', (_case, id) => {
    expect(silent).toContain('control');
    expect(silent).not.toContain(id);
  });
});

describe('POST /aws/auth', () => {
  beforeEach(() => usher.database.sql('DELETE FROM usher.trigger_requests'));

  it('answers if its requests cannot be recorded', async () => {
    await setTrigger(true);
    await usher.database.sql('ALTER TABLE usher.trigger_requests RENAME TO gone');
    try {
      expect((await askAwsAuth('unrecorded')).status).toBe(200);
      const grace = deviseUser('accents');
      expect(await signIn(grace.email, grace.password, 'unrecorded-sign-in')).toBe(200);
    } finally {
      await usher.database.sql('ALTER TABLE usher.gone RENAME TO trigger_requests');
    }
  });

  it('records well-formed ids for an hour, and a refused token does not replace an accepted one', async () => {
    await usher.database.sql(
      `INSERT INTO usher.trigger_requests VALUES ('old', 'asked', now() - interval '61 minutes'),
         ('recent', 'asked', now() - interval '59 minutes')`,
    );
    await askAwsAuth('bad id', 'another-token');
    await usher.api.post('/aws/auth', { email: ada.email, access_token: 'another-token' });
    await askAwsAuth('good-id');
    await until(async () => (await outcomes()).some(({ request_id: id }) => id === 'good-id'));
    await askAwsAuth('good-id', 'another-token');
    await askAwsAuth('other-id', 'another-token');
    await until(async () => (await outcomes()).some(({ request_id: id }) => id === 'other-id'));
    expect(await outcomes()).toEqual([
      { request_id: 'good-id', outcome: 'asked' },
      { request_id: 'other-id', outcome: 'token_refused' },
      { request_id: 'recent', outcome: 'asked' },
    ]);
  });
});

describe('usher doctor --live', () => {
  const examine = async () => {
    let out = '';
    await run(['doctor', '--live', '--json'], {
      out: (text) => (out += text),
      err: () => undefined,
      variables: () => usher.variables,
    });
    return JSON.parse(out) as DoctorReport;
  };
  const statusOf = ({ checks }: DoctorReport, check: string) => checks.find(({ id }) => id === check)?.status;

  it('finds nothing if the trigger asks Usher, and creates no user', async () => {
    await setTrigger(true);
    const users = async () => (await usher.cognito.listUsers({ UserPoolId: usher.userPoolId })).Users?.length;
    const before = await users();
    expect(statusOf(await examine(), 'live.canary')).toBe('ok');
    expect(await users()).toBe(before);
  });

  it('finds a trigger that is never asked, and what sign-ins have shown', async () => {
    await usher.database.sql('DELETE FROM usher.trigger_requests');
    await usher.database.sql(`INSERT INTO usher.trigger_requests VALUES ('seen-1', 'silent', now())`);
    const report = await examine();
    expect(statusOf(report, 'live.canary')).toBe('finding');
    expect(statusOf(report, 'function.trigger_silent')).toBe('finding');
    expect(report.findings.find(({ id }) => id === 'live.canary')).toMatchObject({
      area: 'live',
      severity: 'error',
    });
    await askAwsAuth('seen-2');
    await until(async () => (await outcomes()).some(({ request_id: id }) => id === 'seen-2'));
    expect(statusOf(await examine(), 'function.trigger_silent')).toBe('ok');
  });
});
