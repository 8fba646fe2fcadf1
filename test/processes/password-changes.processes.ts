import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../support/drivers/api-client.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { allMailsSent, requestCode, subjectsTo } from '../support/drivers/mails.js';
import { createPoolUser, poolPassword } from '../support/builders/pool-users.js';
import { bearer, signInElsewhere, signInWithTokens, statusWith } from '../support/drivers/sessions.js';
import { until } from '../support/drivers/until.js';
import { openUsher } from '../support/drivers/usher.js';
import type { UsherProcess } from '../support/drivers/usher-process.js';

const usher = openUsher();

const newPassword = 'another-password-1';
const twice = { password: newPassword, passwordConfirmation: newPassword };
const noCredentials = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };

async function person(email: string) {
  const sub = await createPoolUser(usher, email);
  return { email, sub, tokens: await signInWithTokens(usher.api, { email, password: poolPassword }) };
}

type Send = (api: ApiClient) => Promise<unknown>;

const resetOf =
  (email: string, code: string): Send =>
  (api) =>
    api.post('/passwords/reset', { email, code, ...twice });
const changeOf =
  (accessToken: string): Send =>
  (api) =>
    api.post('/passwords/change', { currentPassword: poolPassword, ...twice }, bearer(accessToken));

/** Kills a process after Cognito has executed the command and before the answer arrives. */
async function killAfterCommand(operation: string, send: Send, environment = {}): Promise<void> {
  const doomed = await usher.startProcess(environment);
  const done = usher.proxy.loseAnswer(operation);
  const answer = send(doomed.api).catch(() => 'no answer');
  await done;
  await doomed.kill();
  expect(await answer).toBe('no answer');
}

/** Kills a process before Cognito executes the command. */
async function killBeforeCommand(operation: string, send: Send): Promise<void> {
  const doomed = await usher.startProcess();
  const before = usher.proxy.arrived.length;
  usher.proxy.answerWith(operation, () => undefined);
  const answer = send(doomed.api).catch(() => 'no answer');
  await until(() => usher.proxy.arrived.slice(before).includes(operation));
  await doomed.kill();
  usher.proxy.answerWith(operation, undefined);
  expect(await answer).toBe('no answer');
}

/** Kills a process during the transaction of the follow-ups. */
async function killDuringCompletion(send: Send): Promise<void> {
  const doomed: UsherProcess = await usher.startProcess();
  const blocker = await usher.database.connect();
  try {
    await blocker.query('BEGIN; LOCK TABLE usher.outbox IN EXCLUSIVE MODE');
    const answer = send(doomed.api).catch(() => 'no answer');
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
      AND query LIKE 'INSERT INTO "usher"."outbox"%'`;
    await until(async () => (await usher.database.sql(waiting)).length > 0);
    await doomed.kill();
    expect(await answer).toBe('no answer');
  } finally {
    await blocker.end();
  }
}

const records = () => usher.database.sql('SELECT 1 FROM usher.password_changes');

/** Makes the record due, and waits until a process has completed it. */
async function completed(): Promise<void> {
  expect(await records()).toHaveLength(1);
  await usher.database.sql('UPDATE usher.password_changes SET next_try_at = now()');
  await until(async () => (await records()).length === 0);
}

const audited = (email: string) =>
  usher.database.sql(
    `SELECT action, details FROM usher.audit JOIN users ON users.id = user_id WHERE email = $1
     AND action IN ('reset-password', 'change-password')`,
    [email],
  );

async function subjects(email: string): Promise<string[]> {
  await allMailsSent(usher);
  return subjectsTo(usher, email).filter((subject) => /password/i.test(subject));
}

/** @param outcome set if the process was killed before the answer of Cognito */
async function expectDone(
  email: string,
  otherToken: string,
  action: string,
  outcome?: 'unknown',
): Promise<void> {
  await until(async () => (await statusWith(usher.api, otherToken)) === 401, 3000);
  expect(await audited(email)).toEqual([{ action, details: outcome ? { outcome } : {} }]);
  const subject = outcome ? 'Your password may have changed' : 'Your password was changed';
  expect(await subjects(email)).toEqual([subject]);
  expect((await usher.api.signIn(email, newPassword)).status).toBe(200);
}

describe('a process that is killed', () => {
  it('after Cognito has executed a reset: another process completes it once', async () => {
    const { email, tokens } = await person('killed-reset@example.org');
    const code = await requestCode(usher, email);
    await killAfterCommand('ConfirmForgotPassword', resetOf(email, code));
    expect(await statusWith(usher.api, tokens.accessToken)).toBe(200);
    const others = [await usher.startProcess(), await usher.startProcess()];
    await completed();
    await expectDone(email, tokens.accessToken, 'reset-password', 'unknown');
    for (const { api } of others)
      await until(async () => (await statusWith(api, tokens.accessToken)) === 401, 2000);
  });

  it("after Cognito has executed a change: the caller's session stays valid, and the others are revoked", async () => {
    const { email, tokens } = await person('killed-change@example.org');
    const other = await signInWithTokens(usher.api, { email, password: poolPassword });
    await killAfterCommand('ChangePassword', changeOf(tokens.accessToken));
    await completed();
    await expectDone(email, other.accessToken, 'change-password', 'unknown');
    expect(await statusWith(usher.api, tokens.accessToken)).toBe(200);
    expect((await usher.api.post('/auth/refresh', { refreshToken: tokens.refreshToken })).status).toBe(200);
  });

  it('during the follow-ups of a reset: no partial result remains, and another process completes them', async () => {
    const { email, tokens } = await person('killed-completing@example.org');
    await killDuringCompletion(resetOf(email, await requestCode(usher, email)));
    expect(await audited(email)).toEqual([]);
    await completed();
    await expectDone(email, tokens.accessToken, 'reset-password');
  });

  it.each(['ConfirmForgotPassword', 'ChangePassword'])(
    'before Cognito has executed the command (%s): nothing changes',
    async (operation) => {
      const { email, tokens } = await person(`killed-before-${operation.toLowerCase()}@example.org`);
      const send =
        operation === 'ChangePassword'
          ? changeOf(tokens.accessToken)
          : resetOf(email, await requestCode(usher, email));
      await killBeforeCommand(operation, send);
      await completed();
      expect(await statusWith(usher.api, tokens.accessToken)).toBe(200);
      expect(await audited(email)).toEqual([]);
      expect(await subjects(email)).toEqual([]);
      expect((await usher.api.signIn(email, poolPassword)).status).toBe(200);
    },
  );
});

describe('without AWS credentials', () => {
  let other: UsherProcess;
  beforeAll(async () => {
    other = await usher.startProcess(noCredentials);
  });

  it('a reset without a linked row finds its user by a sign-in without stored tokens', async () => {
    const user = deviseUser('second');
    const code = await requestCode(usher, user.email, other.api);
    const before = usher.proxy.calls.length;
    expect(((await resetOf(user.email, code)(other.api)) as { status: number }).status).toBe(204);
    const operations = usher.proxy.calls.slice(before).map(({ operation }) => operation);
    expect(operations).toEqual(['ConfirmForgotPassword', 'InitiateAuth', 'RevokeToken']);
    const rows = await usher.database.sql<{ hash: string }>(
      'SELECT encrypted_password AS hash FROM users WHERE email = $1',
      [user.email],
    );
    expect(rows).toEqual([{ hash: '' }]);
    expect((await other.api.signIn(user.email, newPassword)).status).toBe(200);
    expect((await other.api.signIn(user.email, user.password)).status).toBe(401);
  });

  it('refuses sessions of other clients, which Cognito still refreshes', async () => {
    const { email } = await person('elsewhere-alone@example.org');
    const foreign = await signInElsewhere(usher, { email, password: poolPassword });
    const code = await requestCode(usher, email, other.api);
    expect(((await resetOf(email, code)(other.api)) as { status: number }).status).toBe(204);
    const renew = usher.cognito.initiateAuth({
      ClientId: usher.clientId,
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      AuthParameters: { REFRESH_TOKEN: foreign.refreshToken },
    });
    const { AuthenticationResult: renewed } = await renew;
    const fresh = renewed?.AccessToken ?? '';
    await until(async () => (await statusWith(usher.api, fresh)) === 401, 2000);
    expect(await statusWith(other.api, fresh)).toBe(401);
    const { status } = await usher.api.post('/auth/refresh', { refreshToken: foreign.refreshToken });
    expect(status).toBe(401);
  });
});

describe('the token of another client', () => {
  it('is refused by every process within two seconds after a reset', async () => {
    const { UserPoolClient: client } = await usher.cognito.createUserPoolClient({
      UserPoolId: usher.userPoolId,
      ClientName: 'another product',
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      EnableTokenRevocation: true,
    });
    const ids = { AWS_COGNITO_ACCEPTED_CLIENT_IDS: client?.ClientId ?? '' };
    const [one, two] = [await usher.startProcess(ids), await usher.startProcess(ids)];
    const { email } = await person('two-products@example.org');
    const product = { email, password: poolPassword };
    const { accessToken: token } = await signInElsewhere(usher, product, client?.ClientId);
    for (const { api } of [one, two]) expect(await statusWith(api, token)).toBe(200);
    const code = await requestCode(usher, email);
    expect(((await resetOf(email, code)(one.api)) as { status: number }).status).toBe(204);
    expect(await statusWith(one.api, token)).toBe(401);
    await until(async () => (await statusWith(two.api, token)) === 401, 2000);
    // A later session is valid in both processes at once.
    const { accessToken } = await signInWithTokens(one.api, { email, password: newPassword });
    for (const { api } of [one, two]) expect(await statusWith(api, accessToken)).toBe(200);
  });
});

describe('a password change with an unknown result', () => {
  it('revokes the sessions and records an unknown outcome', async () => {
    const database = usher.database;
    const { email, tokens } = await person('never-known@example.org');
    const code = await requestCode(usher, email);
    // Without credentials: the record says that the pool could not be read.
    await killAfterCommand('ConfirmForgotPassword', resetOf(email, code), noCredentials);
    expect(await database.sql('SELECT sub, pool_status FROM usher.password_changes')).toEqual([
      { sub: null, pool_status: null },
    ]);
    await completed();
    await until(async () => (await statusWith(usher.api, tokens.accessToken)) === 401, 3000);
    expect(await audited(email)).toEqual([{ action: 'reset-password', details: { outcome: 'unknown' } }]);
    expect(await subjects(email)).toEqual(['Your password may have changed']);
  });
});
