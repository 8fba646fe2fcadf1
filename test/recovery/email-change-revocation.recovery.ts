import { describe, expect, it } from '@jest/globals';
import { UserDirectory } from '../../src/cognito/user-directory.js';
import { personWith } from '../support/builders/admins.js';
import { cutOff } from '../support/fakes/cognito-proxy.js';
import { runCommand } from '../support/drivers/command.js';
import {
  addressesOf,
  confirmEmail,
  type EmailChanger,
  emailChanger,
  pendingConfirmations,
} from '../support/builders/email-changes.js';
import { mailedToken, requestCode } from '../support/drivers/mails.js';
import { changeAttributes, poolPassword } from '../support/builders/pool-users.js';
import { until } from '../support/drivers/until.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher();

const person = (email: string) => emailChanger(usher, email);
const confirm = (token: string) => confirmEmail(usher, token);
const addresses = (sub: string) => addressesOf(usher, { sub });
const pendingOf = (owner: EmailChanger) => pendingConfirmations(usher, owner);

let admin: Awaited<ReturnType<typeof personWith>>;
const asAdmin = async (method: string, path: string) => {
  admin ??= await personWith(usher, 'the-admin@example.com', 'admin');
  const { status } = await usher.api.call(method, path, { headers: admin.headers });
  expect([202, 204]).toContain(status);
};
const command = async (...argv: string[]) => {
  const { status, err } = await runCommand(argv, usher.variables);
  expect({ status, err }).toMatchObject({ status: 0 });
};
const newPassword = 'another-password-1';
const twice = { password: newPassword, passwordConfirmation: newPassword };

const actionsOf = async ({ id }: EmailChanger) =>
  (
    await usher.database.sql<{ entry: string }>(
      `SELECT actor || ' ' || action AS entry FROM usher.audit WHERE user_id = $1 ORDER BY id`,
      [id],
    )
  ).map(({ entry }) => entry);

/** Actions that revoke the credentials of a user. */
const revocations: Record<string, (user: EmailChanger) => Promise<unknown>> = {
  'a reset': async ({ email }) => {
    const code = await requestCode(usher, email);
    expect((await usher.api.post('/passwords/reset', { email, code, ...twice })).status).toBe(204);
  },
  'a change of the password': async ({ headers }) => {
    const body = { currentPassword: poolPassword, ...twice };
    expect((await usher.api.post('/passwords/change', body, headers)).status).toBe(204);
  },
  'signing out everywhere': async ({ headers }) => {
    expect((await usher.api.post('/auth/sign-out-everywhere', undefined, headers)).status).toBe(204);
  },
  'an administrator’s end of sessions': ({ id }) => asAdmin('DELETE', `/admin/users/${id}/sessions`),
  'disabling and enabling': async ({ id }) => {
    await asAdmin('POST', `/admin/users/${id}/disable`);
    await asAdmin('POST', `/admin/users/${id}/enable`);
  },
  enabling: ({ id }) => asAdmin('POST', `/admin/users/${id}/enable`),
  deletion: ({ id }) => asAdmin('DELETE', `/admin/users/${id}`),
  'usher users relink': ({ email }) => command('users', 'relink', email),
  'usher migration reopen': async ({ email }) => {
    await usher.database.sql(`UPDATE users SET encrypted_password = 'some hash' WHERE email = $1`, [email]);
    await command('migration', 'reopen', email);
  },
};

describe('a pending change of address', () => {
  it.each(Object.keys(revocations))('is cancelled by %s', async (name) => {
    const email = `owner-${Object.keys(revocations).indexOf(name)}@example.com`;
    const stranger = email.replace('owner', 'stranger');
    const owner = await person(email);
    await owner.change(stranger);
    const token = await mailedToken(usher, stranger);
    // The state in which Devise leaves a change that was requested at Rails.
    await usher.database.sql(`UPDATE users SET confirmation_token = $2 WHERE id = $1`, [
      owner.id,
      `rails ${email}`,
    ]);
    await revocations[name]?.(owner);
    expect((await confirm(token)).body.code).toBe('users.confirmation_invalid');
    expect(await pendingOf(owner)).toBe(0);
    const [row] = await usher.database.sql(
      `SELECT confirmation_token, unconfirmed_email FROM users WHERE id = $1`,
      [owner.id],
    );
    expect(row).toEqual({ confirmation_token: null, unconfirmed_email: null });
    expect((await usher.app.get(UserDirectory).find(stranger))?.sub).toBeUndefined();
  });

  it('is not created by a request that began before signing out everywhere', async () => {
    const owner = await person('in-flight-request@example.com');
    const passwordCheck = usher.proxy.holdAnswer('InitiateAuth');
    const request = owner.change('in-flight-2@example.com');
    await passwordCheck.done;
    await revocations['signing out everywhere']?.(owner);
    passwordCheck.release();
    expect((await request).body.code).toBe('auth.token_invalid');
    expect(await pendingOf(owner)).toBe(0);
    expect((await addresses(owner.sub)).waiting).toBeNull();
  });

  it.each(['signing out everywhere', 'disabling and enabling', 'an administrator’s end of sessions'])(
    'does not take effect when %s happens during the request to Cognito',
    async (name) => {
      const email = `in-flight-${Object.keys(revocations).indexOf(name)}@example.com`;
      const owner = await person(email);
      await owner.change(`x-${email}`);
      const token = await mailedToken(usher, `x-${email}`);
      const told = usher.proxy.holdAnswer('AdminUpdateUserAttributes');
      const click = confirm(token);
      await told.done;
      expect(await addresses(owner.sub)).toMatchObject({ here: email, pool: `x-${email}` });
      await revocations[name]?.(owner);
      told.release();
      expect((await click).body.code).toBe('users.confirmation_invalid');
      expect(await addresses(owner.sub)).toEqual({ here: email, pool: email, waiting: null });
      expect(await pendingOf(owner)).toBe(0);
      expect((await confirm(token)).body.code).toBe('users.confirmation_invalid');
    },
  );

  it('is rolled back in the pool after a lost answer of Cognito, and reconcile does not adopt it', async () => {
    const owner = await person('lost-answer@example.com');
    await owner.change('of-the-thief@example.com');
    const token = await mailedToken(usher, 'of-the-thief@example.com');
    const told = usher.proxy.loseAnswer('AdminUpdateUserAttributes');
    const click = confirm(token);
    await told;
    usher.proxy.answerWith('AdminUpdateUserAttributes', cutOff);
    expect((await click).status).toBe(503);
    expect(await addresses(owner.sub)).toMatchObject({ pool: 'of-the-thief@example.com' });
    await revocations['an administrator’s end of sessions']?.(owner);
    expect((await confirm(token)).body.code).toBe('users.confirmation_invalid');
    const reconcile = await runCommand(['migration', 'reconcile', '--apply', '--json'], usher.variables);
    expect(reconcile.out).toMatch(
      /"kind":"email_changed_in_pool".*lost-answer@example.com.*"outcome":"changed meanwhile"/,
    );
    expect((await addresses(owner.sub)).here).toBe('lost-answer@example.com');
    usher.proxy.answerWith('AdminUpdateUserAttributes', undefined);
    await usher.database.sql(
      'UPDATE usher.confirmations SET applying_until = now() WHERE applying_until > now()',
    );
    await until(async () => (await addresses(owner.sub)).pool === 'lost-answer@example.com');
    expect(await addresses(owner.sub)).toEqual({
      here: 'lost-answer@example.com',
      pool: 'lost-answer@example.com',
      waiting: null,
    });
    await until(async () => (await actionsOf(owner)).includes('usher roll-back-email-change'));
  });

  it('is cancelled and audited when another row takes the address before Cognito has answered', async () => {
    const owner = await person('too-late@example.com');
    await owner.change('taken-meanwhile@example.com');
    const token = await mailedToken(usher, 'taken-meanwhile@example.com');
    const told = usher.proxy.holdAnswer('AdminUpdateUserAttributes');
    const click = confirm(token);
    await told.done;
    await usher.database.sql(
      `INSERT INTO users (email, encrypted_password, created_at, updated_at) VALUES ('taken-meanwhile@example.com', '', now(), now())`,
    );
    told.release();
    expect((await click).body.code).toBe('auth.account_link_conflict');
    expect(await actionsOf(owner)).toEqual([
      'user request-email-change',
      'usher cancel-email-change',
      'usher roll-back-email-change',
    ]);
  });

  it('is checked in the pool for a minute, because a request may still be in transit', async () => {
    const owner = await person('late-request@example.com');
    const revoked = (age: string) =>
      usher.database.sql(
        `INSERT INTO usher.confirmations (token_digest, user_id, purpose, email, expires_at, revoked_at, applying_until)
         VALUES (convert_to($2::text, 'UTF8'), $1, 'email-change', 'late@example.com', now(), now() - $2::text::interval, now())`,
        [owner.id, age],
      );
    await revoked('1 second');
    await revoked('61 seconds');
    await until(async () => (await pendingOf(owner)) === 1);
    await changeAttributes(usher, owner.sub, { email: 'late@example.com', email_verified: 'true' });
    await until(async () => (await addresses(owner.sub)).pool === owner.email);
  });
});
