import bcrypt from 'bcryptjs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createDeviseDatabase } from '../support/drivers/database.js';
import { legacyUser } from '../support/builders/addresses.js';
import { resetByMail } from '../support/drivers/mails.js';
import { createPoolUser, poolPassword } from '../support/builders/pool-users.js';
import { bearer, signInWithTokens } from '../support/drivers/sessions.js';
import { until } from '../support/drivers/until.js';
import { startUsher, type Usher } from '../support/drivers/usher.js';

const waitingForRow = `SELECT 1 FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%UPDATE users%'`;

let usher: Usher;
afterEach(() => usher.close());

const email = 'again@example.com';
const first = 'password-of-first-1';
const second = 'password-of-second-1';

const insertRow = (address: string, password: string) => legacyUser(usher, address, password);

/** The Devise table with a partial unique index for soft deletion, and the first row of the address. */
async function start(): Promise<number> {
  const database = await createDeviseDatabase();
  await database.sql(`
    ALTER TABLE users ADD COLUMN deleted_at timestamp;
    DROP INDEX index_users_on_email;
    CREATE UNIQUE INDEX index_users_on_email ON users (email) WHERE deleted_at IS NULL;
  `);
  usher = await startUsher({ database });
  return insertRow(email, first);
}

const callMigrationEndpoint = (password: string) =>
  usher.api.post('/aws/auth', { email, password, access_token: usher.migrationToken });

const reset = (address: string, password: string) => resetByMail(usher, address, password);

const outcome = async (address: string, password: string) => {
  const { status, body } = await usher.api.signIn(address, password);
  return { status, id: body.user?.id };
};

const leave = {
  'changed its address': `UPDATE users SET email = 'moved@example.com' WHERE id = $1`,
  'was soft-deleted, its address scrambled': `UPDATE users SET deleted_at = now() - interval '1 minute',
    email = 'deleted-' || id || '-' || email WHERE id = $1`,
  'was scrambled, then deleted': `UPDATE users SET email = 'deleted-' || id || '-' || email WHERE id = $1`,
};

describe('an approved row', () => {
  it.each(Object.entries(leave))(
    '%s: its password does not sign in to the next row of the address',
    async (how, sql) => {
      const id = await start();
      expect((await callMigrationEndpoint(first)).body.success).toBe(true);
      await createPoolUser(usher, email);
      await usher.database.sql(sql, [id]);
      if (how.endsWith('deleted')) await usher.database.sql('DELETE FROM users WHERE id = $1', [id]);
      const next = await insertRow(email, second);
      expect(await outcome(email, poolPassword)).not.toEqual({ status: 200, id: next });
    },
  );

  it('was deleted during its password check: its password does not sign in to the next row', async () => {
    const id = await start();
    const rails = await usher.database.connect();
    await rails.query('BEGIN');
    await rails.query('DELETE FROM users WHERE id = $1', [id]);
    const response = callMigrationEndpoint(first);
    await until(async () => (await usher.database.sql(waitingForRow)).length > 0);
    await rails.query('COMMIT');
    const { body } = await response;
    expect(body.success).toBe(false);
  });

  it('was deleted while Cognito created its user: its password does not sign in to the next row', async () => {
    const id = await start();
    const rails = await usher.database.connect();
    await rails.query('BEGIN');
    await rails.query('DELETE FROM users WHERE id = $1', [id]);
    const signIn = usher.api.signIn(email, first);
    await until(async () => (await usher.database.sql(waitingForRow)).length > 0);
    await rails.query(
      `INSERT INTO users (email, encrypted_password, confirmed_at, created_at, updated_at) VALUES ($1, $2, now(), now(), now())`,
      [email, bcrypt.hashSync(second, 4)],
    );
    await rails.query('COMMIT');
    expect((await signIn).status).not.toBe(200);
  });
});

describe('a linked row', () => {
  it('was scrambled, then deleted: its password does not sign in to the next row', async () => {
    const id = await start();
    expect(await outcome(email, first)).toEqual({ status: 200, id });
    await usher.database.sql(leave['was scrambled, then deleted'], [id]);
    await usher.database.sql('DELETE FROM users WHERE id = $1', [id]);
    const next = await insertRow(email, second);
    expect(await outcome(email, first)).not.toEqual({ status: 200, id: next });
  });

  it('was soft-deleted, its address scrambled: a reset of the address reaches the next row', async () => {
    const id = await start();
    expect(await outcome(email, first)).toEqual({ status: 200, id });
    await usher.database.sql(leave['was soft-deleted, its address scrambled'], [id]);
    const next = await insertRow(email, second);
    expect(await reset(email, 'password-of-the-owner-1')).toBe(204);
    expect(await outcome(email, 'password-of-the-owner-1')).toEqual({ status: 200, id: next });
  });

  it('changed its address: a reset by the next owner of the address does not give access to it', async () => {
    const id = await start();
    expect(await outcome(email, first)).toEqual({ status: 200, id });
    await usher.database.sql(leave['changed its address'], [id]);
    await insertRow(email, second);
    await reset(email, 'password-of-the-owner-1').catch(() => undefined);
    expect(await outcome(email, 'password-of-the-owner-1')).not.toEqual({ status: 200, id });
  });

  it('changed its address: the legacy password of the next row does not sign in to it', async () => {
    const id = await start();
    expect(await outcome(email, first)).toEqual({ status: 200, id });
    await usher.database.sql(leave['changed its address'], [id]);
    await insertRow(email, second);
    await usher.cognito.adminResetUserPassword({ UserPoolId: usher.userPoolId, Username: email });
    expect(await outcome(email, second)).not.toEqual({ status: 200, id });
  });

  it.each([
    ['soft-deleted', `UPDATE users SET deleted_at = now() - interval '1 minute' WHERE id = $1`],
    ['deleted', 'DELETE FROM users WHERE id = $1'],
  ])('was %s: its sessions do not become sessions of the next row', async (_how, remove) => {
    const id = await start();
    const old = await signInWithTokens(usher.api, { email, password: first });
    await usher.database.sql(remove, [id]);
    const next = await insertRow(email, second);
    expect(await reset(email, 'password-of-the-owner-1')).toBe(204);
    expect(await outcome(email, 'password-of-the-owner-1')).toEqual({ status: 200, id: next });
    const me = await usher.api.get('/users/me', bearer(old.accessToken));
    const refreshed = await usher.api.post('/auth/refresh', { refreshToken: old.refreshToken });
    expect({ me: me.status, refresh: refreshed.status }).toEqual({ me: 401, refresh: 401 });
  });

  it('shares its address with another row since: a reset revokes its sessions', async () => {
    const id = await start();
    const old = await signInWithTokens(usher.api, { email, password: first });
    await insertRow(email.toUpperCase(), second);
    expect(await reset(email, 'password-of-the-owner-1')).toBe(204);
    expect(await outcome(email, 'password-of-the-owner-1')).toEqual({ status: 200, id });
    const me = await usher.api.get('/users/me', bearer(old.accessToken));
    const refreshed = await usher.api.post('/auth/refresh', { refreshToken: old.refreshToken });
    const [row] = await usher.database.sql<{ encrypted_password: string }>(
      'SELECT encrypted_password FROM users WHERE id = $1',
      [id],
    );
    expect({ me: me.status, refresh: refreshed.status, hash: row?.encrypted_password }).toEqual({
      me: 401,
      refresh: 401,
      hash: '',
    });
  });
});
