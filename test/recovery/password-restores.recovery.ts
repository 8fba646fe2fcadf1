import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { legacyUser, oldPassword } from '../support/builders/addresses.js';
import { cutOff, exception } from '../support/fakes/cognito-proxy.js';
import { requestCode } from '../support/drivers/mails.js';
import { until } from '../support/drivers/until.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher();

const newPassword = 'chosen-by-the-owner-1';
const signIn = async (email: string, password = oldPassword) =>
  (await usher.api.signIn(email, password)).status;

/** A legacy user for whom a stranger has requested a reset, so that the pool user has no password. */
async function owner(email: string) {
  await legacyUser(usher, email);
  const code = await requestCode(usher, email);
  const reset = async () => {
    const twice = { password: newPassword, passwordConfirmation: newPassword };
    const { status, body } = await usher.api.post('/passwords/reset', { email, code, ...twice });
    return { status, code: body.code };
  };
  usher.proxy.arrived.length = 0;
  return { email, reset };
}

const arrivals = (operation: string) => usher.proxy.arrived.filter((one) => one === operation).length;
const leases = () => usher.database.sql('SELECT 1 FROM usher.password_restores WHERE expires_at > now()');

/** Resolves when the restore holds its lease and is about to set the password. */
async function beginRestore(email: string) {
  const first = usher.proxy.holdAnswer('AdminGetUser');
  const answer = signIn(email);
  await first.done;
  const second = usher.proxy.holdAnswer('AdminGetUser');
  first.release();
  await second.done;
  expect(await leases()).toHaveLength(1);
  return { answer, release: second.release };
}

describe('a sign-in with the legacy password', () => {
  it('does not replace the password of a reset that completes after the pool user was read', async () => {
    const { email, reset } = await owner('completed@example.com');
    const look = usher.proxy.holdAnswer('AdminGetUser');
    const attempt = signIn(email);
    await look.done;
    expect((await reset()).status).toBe(204);
    look.release();
    expect(await attempt).toBe(401);
    expect(arrivals('AdminSetUserPassword')).toBe(0);
    expect(await signIn(email, newPassword)).toBe(200);
    expect(await signIn(email)).toBe(401);
  });

  it('waits for a reset in progress, and continues when Cognito refuses the code', async () => {
    const { email, reset } = await owner('in-progress@example.com');
    const pending: ServerResponse[] = [];
    usher.proxy.answerWith('ConfirmForgotPassword', (response) => void pending.push(response));
    const refused = reset();
    await until(async () => pending.length === 1);
    const attempt = signIn(email);
    await until(async () => arrivals('AdminGetUser') > 1);
    expect(await leases()).toEqual([]);
    expect(arrivals('AdminSetUserPassword')).toBe(0);
    for (const response of pending) exception('CodeMismatchException')(response);
    expect((await refused).status).toBe(422);
    expect(await attempt).toBe(200);
  });

  it('is refused while the outcome of a reset is unknown', async () => {
    const { email, reset } = await owner('unknown-outcome@example.com');
    usher.proxy.answerWith('ConfirmForgotPassword', cutOff);
    expect((await reset()).status).toBe(503);
    expect(await signIn(email)).toBe(401);
    expect(arrivals('AdminSetUserPassword')).toBe(0);
  });

  it('works with concurrent requests', async () => {
    const { email } = await owner('impatient@example.com');
    expect(await Promise.all([signIn(email), signIn(email), signIn(email)])).toEqual([200, 200, 200]);
    expect(await leases()).toEqual([]);
  });
});

describe('a reset', () => {
  it('waits until the legacy password is set, and replaces it', async () => {
    const { email, reset } = await owner('waits@example.com');
    const restore = await beginRestore(email);
    const before = arrivals('AdminGetUser');
    const answer = reset();
    await until(async () => arrivals('AdminGetUser') > before + 1);
    expect(arrivals('ConfirmForgotPassword')).toBe(0);
    restore.release();
    expect(await restore.answer).toBe(200);
    expect((await answer).status).toBe(204);
    expect(await signIn(email, newPassword)).toBe(200);
    expect(await signIn(email)).toBe(401);
  });

  it('is refused while a lost request may still set the legacy password', async () => {
    const { email, reset } = await owner('lost@example.com');
    usher.proxy.answerWith('AdminSetUserPassword', cutOff);
    expect(await signIn(email)).toBe(401);
    usher.proxy.answerWith('AdminSetUserPassword', undefined);
    expect(await reset()).toEqual({ status: 503, code: 'overloaded' });
    expect(arrivals('ConfirmForgotPassword')).toBe(0);
    await usher.database.sql('UPDATE usher.password_restores SET expires_at = now()');
    expect((await reset()).status).toBe(204);
  });

  it('by a process of an earlier release is detected, and the legacy password is refused', async () => {
    const { email } = await owner('beside@example.com');
    const restore = await beginRestore(email);
    await usher.database.sql(
      `INSERT INTO usher.password_changes (id, kind, username, email, language, next_try_at)
       VALUES (gen_random_uuid(), 'reset', $1, $1, 'en', now() + interval '1 hour')`,
      [email],
    );
    restore.release();
    expect(await restore.answer).toBe(401);
    expect(usher.logLines().join('\n')).toContain(
      'a legacy password may have replaced the password of a reset',
    );
  });
});
