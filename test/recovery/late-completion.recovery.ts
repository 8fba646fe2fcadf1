import { describe, expect, it } from '@jest/globals';
import { PasswordChangeCompletionJob } from '../../src/passwords/completion/password-change-completion.job.js';
import { personWith } from '../support/builders/admins.js';
import { cutOff, exception } from '../support/fakes/cognito-proxy.js';
import { allMailsSent, requestCode, subjectsTo } from '../support/drivers/mails.js';
import {
  changeAttributes,
  createPoolUser,
  credentials,
  poolPassword,
} from '../support/builders/pool-users.js';
import { bearer, signInElsewhere, signInWithTokens, statusWith } from '../support/drivers/sessions.js';
import { until } from '../support/drivers/until.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher();

const newPassword = 'another-password-1';
const twice = { password: newPassword, passwordConfirmation: newPassword };
const changed = 'Your password was changed';
const refresh = (refreshToken: string) => usher.api.post('/auth/refresh', { refreshToken });
const reset = (email: string, code: string) => usher.api.post('/passwords/reset', { email, code, ...twice });
const change = (token: string) =>
  usher.api.post('/passwords/change', { currentPassword: poolPassword, ...twice }, bearer(token));
const records = () => usher.database.sql('SELECT kind, sub FROM usher.password_changes');
/** Tokens have whole seconds. */
async function secondsLater(seconds: number): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  await until(() => Math.floor(Date.now() / 1000) >= now + seconds);
}

async function completed(): Promise<void> {
  await usher.database.sql('UPDATE usher.password_changes SET next_try_at = now()');
  usher.app.get(PasswordChangeCompletionJob).wake();
  await until(async () => (await records()).length === 0);
}

const audited = async (email: string) =>
  (
    await usher.database.sql<{ action: string }>(
      `SELECT action FROM usher.audit JOIN users ON users.id = user_id WHERE email = $1
       AND action IN ('reset-password', 'change-password')`,
      [email],
    )
  ).map(({ action }) => action);

const noticesTo = async (email: string) => {
  await allMailsSent(usher);
  return subjectsTo(usher, email).filter((subject) => subject === changed).length;
};

describe('a reset with a late completion', () => {
  it('keeps the session that began with the new password', async () => {
    const email = 'late@example.com';
    await createPoolUser(usher, email);
    const before = await signInWithTokens(usher.api, credentials(email));
    const code = await requestCode(usher, email);
    // Cognito executes the command, and the answer is lost.
    const held = usher.proxy.holdAnswer('ConfirmForgotPassword');
    const answer = reset(email, code).catch(() => undefined);
    await held.done;
    await secondsLater(3);
    const after = await signInWithTokens(usher.api, credentials(email, newPassword));
    await secondsLater(1);
    await completed();
    expect(await statusWith(usher.api, before.accessToken)).toBe(401);
    expect(await statusWith(usher.api, after.accessToken)).toBe(200);
    held.release();
    await answer;
  });
});

describe('an attempt that never reached Cognito', () => {
  it('counts, with a successful one after it, as one reset: one mail, one audit entry, and the new session is kept', async () => {
    const email = 'twice@example.com';
    await createPoolUser(usher, email);
    await signInWithTokens(usher.api, credentials(email));
    const code = await requestCode(usher, email);
    usher.proxy.answerWith('ConfirmForgotPassword', cutOff);
    expect((await reset(email, code)).status).toBe(503);
    usher.proxy.answerWith('ConfirmForgotPassword', undefined);
    expect((await reset(email, code)).status).toBe(204);
    await secondsLater(1);
    const after = await signInWithTokens(usher.api, credentials(email, newPassword));
    await secondsLater(1);
    await completed();
    const status = await statusWith(usher.api, after.accessToken);
    const renewed = (await refresh(after.refreshToken)).status;
    expect({ mails: await noticesTo(email), audited: await audited(email), status, renewed }).toEqual({
      ...{ mails: 1, audited: ['reset-password'], status: 200, renewed: 200 },
    });
  });

  it('is not taken for a change because another attribute of the user changed', async () => {
    const email = 'else@example.com';
    await createPoolUser(usher, email);
    const tokens = await signInWithTokens(usher.api, credentials(email));
    const other = await signInWithTokens(usher.api, credentials(email));
    usher.proxy.answerWith('ChangePassword', cutOff);
    expect((await change(tokens.accessToken)).status).toBe(503);
    await changeAttributes(usher, email, { name: 'Else' });
    await completed();
    expect((await usher.api.signIn(email, poolPassword)).status).toBe(200);
    expect(await statusWith(usher.api, other.accessToken)).toBeGreaterThan(0);
    expect({ mails: await noticesTo(email) }).toEqual({ mails: 0 });
  });
});

describe('a change with a late completion', () => {
  it('does not restore a session that an administrator has revoked since', async () => {
    const admin = await personWith(usher, 'admin-revive@example.com', 'admin');
    const person = await personWith(usher, 'revived@example.com');
    const thief = await signInElsewhere(usher, credentials(person.email));
    expect(await statusWith(usher.api, thief.accessToken)).toBe(200);
    const held = usher.proxy.holdAnswer('ChangePassword');
    const answer = change(thief.accessToken).catch(() => undefined);
    await held.done;
    await secondsLater(1);
    expect((await usher.api.delete(`/admin/users/${person.id}/sessions`, admin.headers)).status).toBe(204);
    expect(await statusWith(usher.api, thief.accessToken)).toBe(401);
    held.release();
    await answer;
    await completed();
    expect(await statusWith(usher.api, thief.accessToken)).toBe(401);
  });

  it('does not restore a session that its owner has revoked everywhere since', async () => {
    const email = 'revived-2@example.com';
    await createPoolUser(usher, email);
    const owner = await signInWithTokens(usher.api, credentials(email));
    const thief = await signInElsewhere(usher, credentials(email));
    const held = usher.proxy.holdAnswer('ChangePassword');
    const answer = change(thief.accessToken).catch(() => undefined);
    await held.done;
    expect(
      (await usher.api.post('/auth/sign-out-everywhere', undefined, bearer(owner.accessToken))).status,
    ).toBe(204);
    expect(await statusWith(usher.api, thief.accessToken)).toBe(401);
    held.release();
    await answer;
    await completed();
    expect(await statusWith(usher.api, thief.accessToken)).toBe(401);
  });
});

describe('beside a process of the previous release', () => {
  it('applies a second sign-out everywhere that the previous release records', async () => {
    const email = 'old-release@example.com';
    const sub = await createPoolUser(usher, email);
    const first = await signInWithTokens(usher.api, credentials(email));
    await usher.api.post('/auth/sign-out-everywhere', undefined, bearer(first.accessToken));
    await secondsLater(2);
    const thief = await signInElsewhere(usher, credentials(email));
    expect(await statusWith(usher.api, thief.accessToken)).toBe(200);
    await secondsLater(2);
    // sessions-record-sign-out of the previous release.
    await usher.database.sql(
      `WITH old AS (DELETE FROM usher.sign_outs WHERE signed_out_at < now() - interval '2 days')
       INSERT INTO usher.sign_outs VALUES ($1, date_trunc('second', now()))
       ON CONFLICT (sub) DO UPDATE SET signed_out_at = excluded.signed_out_at
       RETURNING extract(epoch FROM signed_out_at)::float8 AS at`,
      [sub],
    );
    await secondsLater(2);
    expect(await statusWith(usher.api, thief.accessToken)).toBe(401);
    expect((await refresh(thief.refreshToken)).status).toBe(401);
  });
});

describe('a slow answer of Cognito', () => {
  it('to another user does not refuse sessions that begin seconds after a sign-out', async () => {
    const admin = await personWith(usher, 'admin-slow@example.com', 'admin');
    const person = await personWith(usher, 'slow@example.com');
    // A slow trigger. The Date header has the time of the answer.
    usher.proxy.answerWith('InitiateAuth', (response) => {
      setTimeout(() => {
        response.setHeader('date', new Date().toUTCString());
        exception('NotAuthorizedException', 'Incorrect username or password.')(response);
      }, 4000);
    });
    await usher.api.signIn('nobody-slow@example.com', 'some-password-1');
    usher.proxy.answerWith('InitiateAuth', undefined);
    expect((await usher.api.delete(`/admin/users/${person.id}/sessions`, admin.headers)).status).toBe(204);
    await secondsLater(2);
    const later = await signInElsewhere(usher, credentials(person.email));
    expect(await statusWith(usher.api, later.accessToken)).toBe(200);
  });
});
