import { describe, expect, it } from '@jest/globals';
import { UserDirectory } from '../../src/cognito/user-directory.js';
import { personWith } from '../support/builders/admins.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { allMailsSent, mailedToken, subjectsTo, requestCode } from '../support/drivers/mails.js';
import { poolPassword } from '../support/builders/pool-users.js';
import { ada, bob } from '../support/drivers/sessions.js';
import { until } from '../support/drivers/until.js';
import { openUsher, type Usher } from '../support/drivers/usher.js';
import type { UsherProcess } from '../support/drivers/usher-process.js';

const usher = openUsher();

const newPassword = 'another-password-1';
const twice = { password: newPassword, passwordConfirmation: newPassword };

const statusOf = async (email: string, password: string) => (await usher.api.signIn(email, password)).status;

/** Sends a request to a separate process, which is killed after Cognito has executed the command. */
async function killAfterCommand(
  operation: string,
  request: (doomed: UsherProcess) => Promise<unknown>,
): Promise<void> {
  const doomed = await usher.startProcess();
  const done = usher.proxy.loseAnswer(operation);
  const answer = request(doomed).catch(() => 'no answer');
  await done;
  await doomed.kill();
  expect(await answer).toBe('no answer');
}

/** Sends a request to a separate process, which is killed during its transaction. */
async function killDuringTransaction(
  table: string,
  request: (doomed: UsherProcess) => Promise<unknown>,
): Promise<void> {
  const doomed = await usher.startProcess();
  const blocker = await usher.database.connect();
  try {
    await blocker.query(`BEGIN; LOCK TABLE ${table} IN EXCLUSIVE MODE`);
    const answer = request(doomed).catch(() => 'no answer');
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    while ((await usher.database.sql(waiting)).length === 0);
    await doomed.kill();
    expect(await answer).toBe('no answer');
  } finally {
    await blocker.end();
  }
}

describe('a process killed during', () => {
  it('a reset leaves exactly one valid password', async () => {
    const code = await requestCode(usher, ada.email);
    await killAfterCommand('ConfirmForgotPassword', ({ api }) =>
      api.post('/passwords/reset', { email: ada.email, code, ...twice }),
    );
    expect(await statusOf(ada.email, ada.password)).toBe(401);
    expect(await statusOf(ada.email, newPassword)).toBe(200);
  });

  it('a reset request leaves the old password valid, and another request sends a code', async () => {
    await killAfterCommand('ForgotPassword', ({ api }) =>
      api.post('/passwords/forgot', { email: bob.email }),
    );
    expect(await statusOf(bob.email, bob.password)).toBe(200);
    const code = await requestCode(usher, bob.email);
    expect((await usher.api.post('/passwords/reset', { email: bob.email, code, ...twice })).status).toBe(204);
    expect(await statusOf(bob.email, newPassword)).toBe(200);
  });

  it('a change of the password leaves the new password valid', async () => {
    const { headers, email } = await personWith(usher, 'changes@example.org');
    const body = { currentPassword: poolPassword, ...twice };
    await killAfterCommand('ChangePassword', ({ api }) => api.post('/passwords/change', body, headers));
    expect(await statusOf(email, poolPassword)).toBe(401);
    expect(await statusOf(email, newPassword)).toBe(200);
  });

  it('a sign-up leaves no data, and another sign-up works', async () => {
    const email = 'signs-up@example.org';
    await killDuringTransaction('usher.outbox', ({ api }) => api.post('/users', { email, ...twice }));
    expect(await usher.database.sql('SELECT 1 FROM users WHERE email = $1', [email])).toEqual([]);
    expect((await usher.api.post('/users', { email, ...twice })).status).toBe(202);
    const token = await mailedToken(usher, email);
    // Also during the confirmation.
    const confirm = ({ api }: Pick<Usher, 'api'>) =>
      api.call('PUT', '/users/confirmation', { body: { token, password: newPassword } });
    await killDuringTransaction('usher.confirmations', confirm);
    expect((await confirm(usher)).status).toBe(204);
    expect(await statusOf(email, newPassword)).toBe(200);
  });

  it('a change of address leaves the link valid, and a second click completes it', async () => {
    const { headers, email } = await personWith(usher, 'old@example.org');
    const newEmail = 'new@example.org';
    const body = { email: newEmail, currentPassword: poolPassword };
    await usher.api.call('PUT', '/users/me/email', { headers, body });
    const token = await mailedToken(usher, newEmail);
    const confirm = ({ api }: Pick<Usher, 'api'>) =>
      api.call('PUT', '/users/confirmation', { body: { token } });
    await killAfterCommand('AdminUpdateUserAttributes', confirm);
    // The lease of the killed process expires.
    await usher.database.sql(`UPDATE usher.confirmations SET applying_until = now() - interval '1 second'`);
    expect((await confirm(usher)).status).toBe(204);
    await allMailsSent(usher);
    expect(subjectsTo(usher, email).filter((subject) => /changed/i.test(subject))).toHaveLength(1);
    expect(await statusOf(newEmail, poolPassword)).toBe(200);
    expect(await statusOf(email, poolPassword)).toBe(401);
  });

  it('a change of address that is then revoked leaves the old address in the row and in the pool', async () => {
    const admin = await personWith(usher, 'the-other-admin@example.org', 'admin');
    const { headers, email, id, sub } = await personWith(usher, 'robbed@example.org');
    const body = { email: 'of-the-thief@example.org', currentPassword: poolPassword };
    await usher.api.call('PUT', '/users/me/email', { headers, body });
    const token = await mailedToken(usher, body.email);
    const confirm = ({ api }: Pick<Usher, 'api'>) =>
      api.call('PUT', '/users/confirmation', { body: { token } });
    await killAfterCommand('AdminUpdateUserAttributes', confirm);
    const emailInPool = async () => (await usher.app.get(UserDirectory).find(sub))?.email;
    expect(await emailInPool()).toBe(body.email);
    expect((await usher.api.delete(`/admin/users/${id}/sessions`, admin.headers)).status).toBe(204);
    expect((await confirm(usher)).body.code).toBe('users.confirmation_invalid');
    await usher.database.sql(`UPDATE usher.confirmations SET applying_until = now() - interval '1 second'`);
    await until(async () => (await emailInPool()) === email);
    expect(await usher.database.sql('SELECT email FROM users WHERE id = $1', [id])).toEqual([{ email }]);
  });

  it('a first sign-in leaves one user, who can sign in again', async () => {
    const { email, password } = deviseUser('plus_address');
    await killAfterCommand('InitiateAuth', ({ api }) => api.signIn(email, password));
    expect(await statusOf(email, password)).toBe(200);
    const rows = await usher.database.sql(
      'SELECT cognito_sub IS NOT NULL AS linked FROM users WHERE email = $1',
      [email],
    );
    expect(rows).toEqual([{ linked: true }]);
  });

  it('disabling a user leaves the user disabled here and can be repeated', async () => {
    const admin = await personWith(usher, 'the-admin@example.org', 'admin');
    const person = await personWith(usher, 'barred@example.org');
    await killAfterCommand('AdminDisableUser', ({ api }) =>
      api.post(`/admin/users/${person.id}/disable`, undefined, admin.headers),
    );
    expect(await statusOf(person.email, poolPassword)).toBe(401);
    expect((await usher.api.post(`/admin/users/${person.id}/enable`, undefined, admin.headers)).status).toBe(
      204,
    );
    expect(await statusOf(person.email, poolPassword)).toBe(200);
  });
});
