import { describe, expect, it } from '@jest/globals';
import { personWith } from '../support/builders/admins.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { mailedToken, requestCode } from '../support/drivers/mails.js';
import { poolPassword } from '../support/builders/pool-users.js';
import { ada, bearer, bob, signInWithTokens } from '../support/drivers/sessions.js';
import { openUsher } from '../support/drivers/usher.js';

/** All columns that Devise and the original application read. */
const columns = `id, email, encrypted_password, reset_password_token, reset_password_sent_at, remember_created_at,
  sign_in_count, current_sign_in_at, last_sign_in_at, current_sign_in_ip, last_sign_in_ip, confirmation_token,
  confirmed_at, confirmation_sent_at, unconfirmed_email, failed_attempts, unlock_token, locked_at, first_name,
  last_name, authentication_hash, created_at`;

type Row = Record<string, unknown>;

const usher = openUsher();

async function rowOf(email: string): Promise<Row> {
  const [row] = await usher.database.sql<Row>(`SELECT ${columns} FROM users WHERE email = $1`, [email]);
  if (row === undefined) throw new Error(`no row of ${email}`);
  return row;
}

/** The current values of the columns that a step has changed. */
async function changesOf(email: string, step: () => Promise<unknown>, after = email): Promise<Row> {
  const before = await rowOf(email);
  await step();
  const now = await rowOf(after);
  return Object.fromEntries(
    Object.entries(now).filter(([column, value]) => String(value) !== String(before[column])),
  );
}

const tracked = (count: number) => ({
  sign_in_count: count,
  current_sign_in_at: expect.any(Date),
  last_sign_in_at: expect.any(Date),
  current_sign_in_ip: '127.0.0.1',
  last_sign_in_ip: '127.0.0.1',
});

/** Sign-ins are counted after the response. */
async function counted(email: string, count: number): Promise<void> {
  while ((await rowOf(email)).sign_in_count !== count);
}

describe('a column of Devise', () => {
  it('of trackable is updated by a first sign-in, and no other column changes', async () => {
    const changes = await changesOf(ada.email, async () => {
      await usher.api.signIn(ada.email, ada.password);
      await counted(ada.email, 1);
    });
    expect(changes).toEqual(tracked(1));
  });

  it('of lockable is unchanged by the sign-in attempt of a locked user', async () => {
    const dave = deviseUser('locked');
    expect(await changesOf(dave.email, () => usher.api.signIn(dave.email, dave.password))).toEqual({});
    expect(await changesOf(bob.email, () => usher.api.signIn(bob.email, 'wrong'))).toEqual({});
  });

  it('of lockable is reset by a password reset, and hash and reset token are deleted', async () => {
    const dave = deviseUser('locked');
    await usher.database.sql(
      `UPDATE users SET failed_attempts = 7, unlock_token = 'of-devise', reset_password_token = 'of-devise' WHERE email = $1`,
      [dave.email],
    );
    const code = await requestCode(usher, dave.email);
    const password = 'brand-new-password-1';
    const body = { email: dave.email, code, password, passwordConfirmation: password };
    const changes = await changesOf(dave.email, () => usher.api.post('/passwords/reset', body));
    expect(changes).toEqual({
      encrypted_password: '',
      locked_at: null,
      failed_attempts: 0,
      unlock_token: null,
      reset_password_token: null,
    });
  });

  it('never contains a token of Usher after sign-up and confirmation', async () => {
    const email = 'signs-up@example.com';
    const password = 'a-new-password-1';
    await usher.api.post('/users', { email, password, passwordConfirmation: password, firstName: 'New' });
    const row = await rowOf(email);
    expect(row).toMatchObject({
      confirmation_token: null,
      confirmed_at: null,
      encrypted_password: '',
      first_name: null,
    });
    const token = await mailedToken(usher, email);
    const changes = await changesOf(email, () =>
      usher.api.call('PUT', '/users/confirmation', { body: { token, password } }),
    );
    const hash = expect.stringMatching(/^\$2[aby]\$10\$/);
    expect(changes).toEqual({ confirmed_at: expect.any(Date), encrypted_password: hash, first_name: 'New' });
  });

  it('of reconfirmable contains the pending address, and an older link of Devise is invalidated', async () => {
    const email = 'moves@example.com';
    const { headers } = await personWith(usher, email);
    await usher.database.sql(
      `UPDATE users SET unconfirmed_email = 'wished-in-rails@example.com', confirmation_token = 'of-rails' WHERE email = $1`,
      [email],
    );
    const newEmail = 'moved@example.com';
    const body = { email: newEmail, currentPassword: poolPassword };
    const wish = await changesOf(email, () => usher.api.call('PUT', '/users/me/email', { headers, body }));
    expect(wish).toEqual({ unconfirmed_email: newEmail, confirmation_token: null });
    const token = await mailedToken(usher, newEmail);
    const confirm = () => usher.api.call('PUT', '/users/confirmation', { body: { token } });
    expect(await changesOf(email, confirm, newEmail)).toEqual({ email: newEmail, unconfirmed_email: null });
  });

  it('is unchanged by profiles, roles and disabling', async () => {
    const admin = await personWith(usher, 'the-admin@example.org', 'admin');
    const { accessToken } = await signInWithTokens(usher.api, ada);
    await counted(ada.email, 2);
    const changes = await changesOf(ada.email, async () => {
      const profile = { theme: 'dark' };
      await usher.api.call('PATCH', '/users/me', {
        headers: bearer(accessToken),
        body: { lastName: 'King', profile },
      });
      for (const step of ['disable', 'enable'])
        expect(
          (await usher.api.post(`/admin/users/${ada.id}/${step}`, undefined, admin.headers)).status,
        ).toBe(204);
    });
    expect(changes).toEqual({ last_name: 'King' });
  });
});
