import { describe, expect, it } from '@jest/globals';
import { PasswordChangeCompletionJob } from '../../src/passwords/completion/password-change-completion.job.js';
import { cutOff, exception } from '../support/fakes/cognito-proxy.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { allMailsSent, requestCode, subjectsTo } from '../support/drivers/mails.js';
import {
  answerTo,
  challengeOf,
  createPoolUser,
  poolPassword,
  temporaryPassword,
} from '../support/builders/pool-users.js';
import { bearer, signInWithTokens, statusWith } from '../support/drivers/sessions.js';
import { until } from '../support/drivers/until.js';
import { openUsherBehindProxy } from '../support/drivers/usher.js';

const { usher, way } = openUsherBehindProxy();

const newPassword = 'another-password-1';
const twice = { password: newPassword, passwordConfirmation: newPassword };
const changed = 'Your password was changed';
const mayHaveChanged = 'Your password may have changed';

async function person(email: string) {
  const sub = await createPoolUser(usher, email);
  return { email, sub, tokens: await signInWithTokens(usher.api, { email, password: poolPassword }) };
}

const reset = (email: string, code: string) => usher.api.post('/passwords/reset', { email, code, ...twice });
const change = (token: string, body: object = {}) =>
  usher.api.post('/passwords/change', { currentPassword: poolPassword, ...twice, ...body }, bearer(token));

const records = () => usher.database.sql('SELECT kind, sub FROM usher.password_changes');
const audited = async (email: string) => {
  const entries = await usher.database.sql<{ action: string }>(
    `SELECT action, details FROM usher.audit JOIN users ON users.id = user_id WHERE email = $1
     AND action IN ('reset-password', 'change-password')`,
    [email],
  );
  return entries.map(({ action, ...entry }) => ({ action, ...entry }));
};
const hashOf = async (email: string) =>
  (
    await usher.database.sql<{ hash: string }>(
      'SELECT encrypted_password AS hash FROM users WHERE email = $1',
      [email],
    )
  )[0]?.hash;

/** Runs the job, with every record due. */
async function completed(): Promise<void> {
  await usher.database.sql('UPDATE usher.password_changes SET next_try_at = now()');
  usher.app.get(PasswordChangeCompletionJob).wake();
  await until(async () => (await records()).length === 0);
}

/** The new password is valid, the session is revoked, and there is one audit entry and one mail. */
/** @param outcome set if Cognito's answer was lost and the pool does not show the result */
async function expectCompleted(
  email: string,
  accessToken: string,
  action: string,
  outcome?: 'unknown',
): Promise<void> {
  await until(async () => (await statusWith(usher.api, accessToken)) === 401, 5000);
  expect(await audited(email)).toEqual([{ action, details: outcome ? { outcome } : {} }]);
  await allMailsSent(usher);
  const subject = outcome ? mayHaveChanged : changed;
  expect(subjectsTo(usher, email).filter((one) => one === subject)).toHaveLength(1);
  expect((await usher.api.signIn(email, newPassword)).status).toBe(200);
  expect((await usher.api.signIn(email, poolPassword)).status).toBe(401);
}

describe('while the database is unavailable', () => {
  it('no command is sent to Cognito, and nothing changes', async () => {
    const { email, tokens } = await person('away@example.com');
    const code = await requestCode(usher, email);
    await way.cut();
    usher.proxy.arrived.length = 0;
    for (const answer of [await reset(email, code), await change(tokens.accessToken)])
      expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 503, code: 'overloaded' });
    expect(usher.proxy.arrived).not.toContain('ConfirmForgotPassword');
    expect(usher.proxy.arrived).not.toContain('ChangePassword');
    await way.restore();
    expect((await reset(email, code)).status).toBe(204);
  });

  it.each(['reset', 'change'])(
    'since the answer of Cognito to a %s, the caller gets the right answer and the follow-ups run later',
    async (kind) => {
      const { email, tokens } = await person(`after-the-yes-${kind}@example.com`);
      const other = await signInWithTokens(usher.api, { email, password: poolPassword });
      const code = kind === 'reset' ? await requestCode(usher, email) : '';
      const operation = kind === 'reset' ? 'ConfirmForgotPassword' : 'ChangePassword';
      const held = usher.proxy.holdAnswer(operation);
      const answer = kind === 'reset' ? reset(email, code) : change(tokens.accessToken);
      await held.done;
      await way.cut();
      held.release();
      expect((await answer).status).toBe(204);
      expect(await audited(email)).toEqual([]);
      await way.restore();
      await until(async () => (await usher.api.get('/health/ready')).status === 200);
      const since = await signInWithTokens(usher.api, { email, password: newPassword });
      usher.app.get(PasswordChangeCompletionJob).wake();
      await until(async () => (await records()).length === 0);
      await expectCompleted(email, other.accessToken, `${kind}-password`);
      // A session that began after the answer stays valid, at Usher and at Cognito.
      expect(await statusWith(usher.api, since.accessToken)).toBe(200);
      const { refreshToken } = since;
      expect((await usher.api.post('/auth/refresh', { refreshToken })).status).toBe(200);
      expect(await statusWith(usher.api, tokens.accessToken)).toBe(kind === 'reset' ? 401 : 200);
    },
  );

  it('since a refusal by Cognito, the record is deleted without follow-ups', async () => {
    const { email, tokens } = await person('after-the-no@example.com');
    const code = await requestCode(usher, email);
    const held = usher.proxy.holdAnswer('ConfirmForgotPassword');
    const answer = reset(email, code === '000000' ? '000001' : '000000');
    await held.done;
    await way.cut();
    held.release();
    expect((await answer).body.code).toBe('passwords.code_wrong');
    await way.restore();
    usher.app.get(PasswordChangeCompletionJob).wake();
    await until(async () => (await records()).length === 0);
    expect(await statusWith(usher.api, tokens.accessToken)).toBe(200);
    expect(await audited(email)).toEqual([]);
  });
});

describe('when the database fails between the row and the audit entry', () => {
  const keptHash = '$2a$04$kept';

  async function withoutAudit(work: () => Promise<void>): Promise<void> {
    await usher.database.sql(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$`);
    await usher.database.sql(`CREATE TRIGGER refuse BEFORE INSERT ON usher.audit FOR EACH ROW
      WHEN (NEW.action IN ('reset-password', 'change-password')) EXECUTE FUNCTION refuse()`);
    await work().finally(() => usher.database.sql('DROP FUNCTION refuse CASCADE'));
  }

  async function withHash(email: string) {
    const found = await person(email);
    await usher.database.sql('UPDATE users SET encrypted_password = $2 WHERE email = $1', [email, keptHash]);
    return found;
  }

  it.each(['reset', 'change'])('a %s keeps the hash until both are written', async (kind) => {
    const { email, tokens } = await withHash(`no-audit-${kind}@example.com`);
    const other = await signInWithTokens(usher.api, { email, password: poolPassword });
    const code = kind === 'reset' ? await requestCode(usher, email) : '';
    await withoutAudit(async () => {
      const { status } = await (kind === 'reset' ? reset(email, code) : change(tokens.accessToken));
      expect({ status, hash: await hashOf(email), audit: await audited(email) }).toEqual({
        ...{ status: 204, hash: keptHash, audit: [] },
      });
      expect(await statusWith(usher.api, other.accessToken)).toBe(200);
    });
    await completed();
    expect(await hashOf(email)).toBe('');
    await expectCompleted(email, other.accessToken, `${kind}-password`);
  });

  it('a new password at a challenge changes neither', async () => {
    const { email, sub } = await withHash('no-audit-challenge@example.com');
    const user = { UserPoolId: usher.userPoolId, Username: sub };
    await usher.cognito.adminSetUserPassword({ ...user, Password: temporaryPassword, Permanent: false });
    const challenge = challengeOf(await usher.api.signIn(email, temporaryPassword));
    await withoutAudit(async () => {
      const { status } = await answerTo(usher, challenge, { NEW_PASSWORD: newPassword });
      expect({ status, hash: await hashOf(email), audit: await audited(email) }).toEqual({
        ...{ status: 503, hash: keptHash, audit: [] },
      });
    });
  });
});

describe("when Cognito's answer is lost", () => {
  it('a reset that was executed is completed once, and its user is found by the sub', async () => {
    const { email, tokens } = await person('lost-reset@example.com');
    const code = await requestCode(usher, email);
    const held = usher.proxy.holdAnswer('ConfirmForgotPassword');
    const answer = reset(email, code);
    await held.done;
    // Two processes may run the job at once.
    await usher.database.sql('UPDATE usher.password_changes SET next_try_at = now()');
    usher.app.get(PasswordChangeCompletionJob).wake();
    await until(async () => (await audited(email)).length > 0);
    held.release();
    expect((await answer).status).toBe(204);
    await completed();
    await expectCompleted(email, tokens.accessToken, 'reset-password', 'unknown');
  });

  it.each(['ConfirmForgotPassword', 'ChangePassword'])(
    'a command that never reached Cognito (%s) changes nothing',
    async (operation) => {
      const { email, tokens } = await person(`never-${operation.toLowerCase()}@example.com`);
      const code = await requestCode(usher, email);
      usher.proxy.answerWith(operation, cutOff);
      const answer =
        operation === 'ChangePassword' ? await change(tokens.accessToken) : await reset(email, code);
      expect(answer.body.code).toBe('cognito.unavailable');
      expect(await records()).toHaveLength(1);
      await completed();
      expect(await statusWith(usher.api, tokens.accessToken)).toBe(200);
      expect(await audited(email)).toEqual([]);
      expect((await usher.api.signIn(email, poolPassword)).status).toBe(200);
    },
  );

  it('a legacy user whose reset was not executed keeps the legacy password', async () => {
    const user = deviseUser('second');
    const code = await requestCode(usher, user.email);
    usher.proxy.answerWith('ConfirmForgotPassword', cutOff);
    await reset(user.email, code);
    await completed();
    expect(await hashOf(user.email)).not.toBe('');
    expect((await usher.api.signIn(user.email, user.password)).status).toBe(200);
  });

  it('a legacy user whose reset was executed loses the legacy hash', async () => {
    const user = deviseUser('plain');
    const code = await requestCode(usher, user.email);
    const held = usher.proxy.holdAnswer('ConfirmForgotPassword');
    const answer = reset(user.email, code);
    await held.done;
    await completed();
    expect(await hashOf(user.email)).toBe('');
    held.release();
    await answer;
    expect((await usher.api.signIn(user.email, user.password)).status).toBe(401);
    expect((await usher.api.signIn(user.email, newPassword)).status).toBe(200);
  });

  it('a reset is completed when a trigger fails after Cognito has set the password', async () => {
    const { email, tokens } = await person('trigger@example.com');
    const code = await requestCode(usher, email);
    const held = usher.proxy.holdAnswer('ConfirmForgotPassword');
    const done = reset(email, code);
    await held.done;
    held.release();
    await done;
    await until(async () => (await records()).length === 0);
    // The same response as with a failing PostConfirmation trigger: the second reset is not reported as successful.
    const again = await requestCode(usher, email);
    usher.proxy.answerWith('ConfirmForgotPassword', exception('UserLambdaValidationException'));
    expect((await reset(email, again)).status).toBe(503);
    expect(await records()).toHaveLength(1);
    await completed();
    expect(await statusWith(usher.api, tokens.accessToken)).toBe(401);
  });

  it('retries while the pool user cannot be read', async () => {
    const { email } = await person('cannot-look@example.com');
    const code = await requestCode(usher, email);
    usher.proxy.answerWith('ConfirmForgotPassword', cutOff);
    await reset(email, code);
    usher.proxy.answerWith('AdminGetUser', exception('InternalErrorException', '', 500));
    await usher.database.sql('UPDATE usher.password_changes SET next_try_at = now()');
    usher.app.get(PasswordChangeCompletionJob).wake();
    await until(() => usher.logLines().some((line) => line.includes('failed to complete a password change')));
    expect(await records()).toHaveLength(1);
    usher.proxy.answerWith('AdminGetUser', undefined);
    await completed();
  });
});

describe('the user of a reset', () => {
  it('is found by the sub when the row and the pool have different addresses', async () => {
    const { email, sub, tokens } = await person('in-the-pool@example.com');
    await usher.database.sql(
      `UPDATE users SET email = 'in-the-row@example.com', encrypted_password = 'x' WHERE cognito_sub = $1`,
      [sub],
    );
    expect((await reset(email, await requestCode(usher, email))).status).toBe(204);
    expect(await statusWith(usher.api, tokens.accessToken)).toBe(401);
    expect(await hashOf('in-the-row@example.com')).toBe('');
    expect(await audited('in-the-row@example.com')).toHaveLength(1);
    await allMailsSent(usher);
    expect(subjectsTo(usher, 'in-the-row@example.com')).toEqual([changed]);
  });

  it('is never a row that is linked to another pool user', async () => {
    const { email, tokens } = await person('linked@example.com');
    const other = await createPoolUser(usher, 'moves-in@example.com');
    await usher.database.sql(`UPDATE users SET email = 'moves-in@example.com' WHERE email = $1`, [email]);
    expect(
      (await reset('moves-in@example.com', await requestCode(usher, 'moves-in@example.com'))).status,
    ).toBe(204);
    expect(await statusWith(usher.api, tokens.accessToken)).toBe(200);
    expect(await audited('moves-in@example.com')).toEqual([]);
    const recorded = await usher.database.sql('SELECT 1 FROM usher.sign_outs WHERE sub = $1', [other]);
    expect(recorded).toHaveLength(1);
  });
});

describe('the revocation of sessions of other clients at Cognito', () => {
  it('is retried until Cognito is available again, and does not fail the reset', async () => {
    const { email, sub, tokens } = await person('other-products@example.com');
    const code = await requestCode(usher, email);
    usher.proxy.answerWith('AdminUserGlobalSignOut', exception('InternalErrorException', '', 500));
    expect((await reset(email, code)).status).toBe(204);
    expect(await statusWith(usher.api, tokens.accessToken)).toBe(401);
    expect(await records()).toEqual([{ kind: 'reset', sub }]);
    usher.proxy.answerWith('AdminUserGlobalSignOut', undefined);
    const before = usher.proxy.calls.length;
    await completed();
    const told = usher.proxy.calls
      .slice(before)
      .find(({ operation }) => operation === 'AdminUserGlobalSignOut');
    expect(told?.request.Username).toBe(sub);
    expect(await audited(email)).toHaveLength(1);
  });
});

describe('no record remains', () => {
  it('after a refusal, and answers do not reveal whether an address exists', async () => {
    await usher.cognito.adminUpdateUserAttributes({
      UserPoolId: usher.userPoolId,
      Username: (await person('known@example.com')).email,
      UserAttributes: [{ Name: 'name', Value: 'Known' }],
    });
    const answers = [];
    for (const email of ['known@example.com', 'nobody-at-all@example.com']) {
      await usher.api.post('/passwords/forgot', { email });
      usher.proxy.arrived.length = 0;
      const { status } = await reset(email, '000000');
      answers.push({ status, sent: [...usher.proxy.arrived] });
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[0]).toEqual({ status: 422, sent: ['AdminGetUser', 'ConfirmForgotPassword'] });
    expect(await records()).toEqual([]);
  });
});
