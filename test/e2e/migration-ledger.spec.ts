import type { UserId } from '#contracts';
import { beforeEach, describe, expect, it } from '@jest/globals';
import bcrypt from 'bcryptjs';
import { MigrationStatus } from '../../src/users/migration-status.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { mailedCode, mailedToken } from '../support/drivers/mails.js';
import { createPoolUser, poolPassword } from '../support/builders/pool-users.js';
import { ada, bob, signInWithTokens } from '../support/drivers/sessions.js';
import { openUsher } from '../support/drivers/usher.js';

const erin = deviseUser('lock_expired');
const frank = deviseUser('failed_attempts');

/** Long enough for a Lambda with cheap hashes; three timeouts exceed the timeout of Usher, which then retries. */
const lambdaTimeout = 2000;

const usher = openUsher({ lambdaTimeout });

interface Entry {
  state: string | null;
  reason: string | null;
  pool: string | null;
  sub: string | null;
  isDated: boolean;
}

/** Waits for the status, because requests do not wait until it is written. */
const settled = () => usher.app.get(MigrationStatus).onApplicationShutdown();

const entryOf = async (id: UserId) => {
  await settled();
  const [entry] = await usher.database.sql<Entry>(
    `SELECT usher_migration_state AS state, usher_migration_reason AS reason, cognito_user_pool_id AS pool,
       cognito_sub AS sub, usher_migration_at > now() - interval '1 minute' AS "isDated" FROM users WHERE id = $1`,
    [id],
  );
  return entry;
};

const rowsOf = async (email: string) =>
  (await usher.database.sql('SELECT 1 FROM users WHERE lower(email) = lower($1)', [email])).length;

const poolUsersOf = async (email: string) => {
  const { Users = [] } = await usher.cognito.listUsers({
    UserPoolId: usher.userPoolId,
    Filter: `email = "${email}"`,
  });
  return Users;
};

const askAboutReset = (email: string, source = 'UserMigration_ForgotPassword') =>
  usher.api.post('/aws/auth', { email, access_token: usher.migrationToken }, { 'x-trigger-source': source });

/** Resets the user at Usher and in the pool. */
async function startOver({ id, email }: { id: number; email: string }): Promise<void> {
  for (const { Username } of await poolUsersOf(email))
    await usher.cognito.adminDeleteUser({ UserPoolId: usher.userPoolId, Username });
  await usher.database.sql(
    `UPDATE users SET cognito_sub = NULL, cognito_user_pool_id = NULL, usher_agreed_at = NULL, usher_migration_state = NULL,
       usher_migration_reason = NULL, usher_migration_at = NULL WHERE id = $1`,
    [id],
  );
}

beforeEach(async () => {
  await startOver(ada);
  await startOver(bob);
  usher.lambdaProxy.arrived.splice(0);
});

async function expectMigrated({ id, email }: { id: number; email: string }): Promise<void> {
  const [poolUser, ...others] = await poolUsersOf(email);
  expect(others).toEqual([]);
  expect(await rowsOf(email)).toBe(1);
  expect(await entryOf(id)).toEqual({
    state: 'migrated',
    reason: null,
    pool: usher.userPoolId,
    sub: poolUser?.Username,
    isDated: true,
  });
}

describe('migration status', () => {
  it('records the migration with the old password, its time and its pool', async () => {
    await signInWithTokens(usher.api, ada);
    await expectMigrated(ada);
  });

  it('has one entry when a response of the Lambda is lost and Cognito retries', async () => {
    const lost = usher.lambdaProxy.loseAnswer('Invoke');
    const answer = usher.api.signIn(ada.email, ada.password);
    await lost;
    expect((await answer).status).toBe(200);
    expect(usher.lambdaProxy.arrived.length).toBe(2);
    await expectMigrated(ada);
  });

  it('records a failed migration without a response of the Lambda, and the success of the next one', async () => {
    let agreed = 0;
    usher.lambdaProxy.answerWith('Invoke', () => (agreed += 1));
    await usher.api.post('/aws/auth', {
      email: ada.email,
      password: ada.password,
      access_token: usher.migrationToken,
    });
    const { status, body } = await usher.api.signIn(ada.email, ada.password);
    usher.lambdaProxy.answerWith('Invoke', undefined);
    expect({ status, code: body.code, agreed }).toEqual({
      status: 503,
      code: 'cognito.unavailable',
      agreed: 3,
    });
    const broken = { state: 'failed', reason: 'answer_lost', pool: null, sub: null, isDated: true };
    expect(await entryOf(ada.id)).toEqual(broken);
    expect(await poolUsersOf(ada.email)).toEqual([]);
    await signInWithTokens(usher.api, ada);
    await expectMigrated(ada);
  });

  it('records that Cognito refused the response of the Lambda', async () => {
    const strange = {
      event: { response: { userAttributes: { 'custom:unheard_of': 'x' }, finalUserStatus: 'CONFIRMED' } },
    };
    usher.lambdaProxy.answerWith('Invoke', (response) => {
      void usher.api
        .post('/aws/auth', { email: ada.email, password: ada.password, access_token: usher.migrationToken })
        .then(() => response.writeHead(200).end(JSON.stringify(strange.event)));
    });
    const { body } = await usher.api.signIn(ada.email, ada.password);
    usher.lambdaProxy.answerWith('Invoke', undefined);
    expect(body.code).toBe('auth.invalid_credentials');
    expect(await entryOf(ada.id)).toMatchObject({ state: 'failed', reason: 'not_created', sub: null });
  });

  it('is not changed by wrong passwords', async () => {
    await usher.api.signIn(ada.email, ada.wrong_password);
    expect(await entryOf(ada.id)).toMatchObject({ state: null, reason: null });
  });

  it('records an unknown hash format until the hash is replaced', async () => {
    const set = (hash: string) =>
      usher.database.sql('UPDATE users SET encrypted_password = $2 WHERE id = $1', [bob.id, hash]);
    await set('$gy$j9T$somesalt$somedigest');
    await usher.api.signIn(bob.email, bob.password);
    expect(await entryOf(bob.id)).toMatchObject({ state: 'failed', reason: 'unknown_hash' });
    await set(bcrypt.hashSync(bob.password, 4));
    await signInWithTokens(usher.api, bob);
    await expectMigrated(bob);
  });

  it('records a mailed reset code, but not that of a sign-up at the pool', async () => {
    const { id, email } = erin;
    await askAboutReset(email, 'PreSignUp_SignUp');
    await askAboutReset('nobody@example.com');
    expect(await entryOf(id)).toMatchObject({ state: null });
    await usher.api.post('/passwords/forgot', { email });
    expect((await poolUsersOf(email)).map(({ UserStatus }) => UserStatus)).toEqual(['RESET_REQUIRED']);
    expect(await entryOf(id)).toMatchObject({ state: 'reset_sent', reason: null, sub: null, isDated: true });
    const password = 'new-password-1';
    const reset = { email, password, passwordConfirmation: password, code: await mailedCode(usher, email) };
    expect((await usher.api.post('/passwords/reset', reset)).status).toBe(204);
    expect(await entryOf(id)).toMatchObject({ state: 'reset_sent' });
    await signInWithTokens(usher.api, { email, password });
    await expectMigrated(erin);
  });

  it('keeps an open reset after wrong passwords', async () => {
    const { id, email } = frank;
    await usher.database.sql(`UPDATE users SET encrypted_password = '$gy$j9T$salt$digest' WHERE id = $1`, [
      id,
    ]);
    await usher.api.post('/passwords/forgot', { email });
    await usher.api.signIn(email, 'a guess');
    expect(await entryOf(id)).toMatchObject({ state: 'reset_sent', reason: null });
    const password = 'new-password-1';
    const reset = { email, password, passwordConfirmation: password, code: await mailedCode(usher, email) };
    expect((await usher.api.post('/passwords/reset', reset)).status).toBe(204);
    await signInWithTokens(usher.api, { email, password });
    await expectMigrated(frank);
  });

  it('records no failure for users who could not sign in before', async () => {
    const carol = deviseUser('unconfirmed');
    await usher.database.sql(`UPDATE users SET encrypted_password = 'garbage' WHERE id = $1`, [carol.id]);
    await usher.api.signIn(carol.email, 'a guess');
    expect(await entryOf(carol.id)).toMatchObject({ state: null });
  });

  it('distinguishes new sign-ups from legacy users', async () => {
    const [email, password] = ['newcomer@example.org', 'new-password-1'];
    await usher.api.post('/users', { email, password, passwordConfirmation: password });
    const body = { token: await mailedToken(usher, email), password };
    await usher.api.call('PUT', '/users/confirmation', { body });
    const states = () =>
      usher.database.sql(`SELECT state, reason, sum(people)::int AS people FROM usher.migration_counts
        WHERE reason = 'signed_up' GROUP BY 1, 2 HAVING sum(people) <> 0`);
    expect(await states()).toEqual([{ state: 'skipped', reason: 'signed_up', people: 1 }]);
    await signInWithTokens(usher.api, { email, password });
    expect(await states()).toEqual([{ state: 'imported', reason: 'signed_up', people: 1 }]);
  });

  it('distinguishes users who were added to the pool in another way', async () => {
    const sub = await createPoolUser(usher, ada.email);
    await signInWithTokens(usher.api, { ...ada, password: poolPassword });
    const pool = usher.userPoolId;
    expect(await entryOf(ada.id)).toEqual({
      state: 'imported',
      reason: 'found_in_pool',
      pool,
      sub,
      isDated: true,
    });
    const email = 'unheard-of@example.org';
    await createPoolUser(usher, email);
    const { body } = await usher.api.signIn(email, poolPassword);
    expect(await entryOf(body.user?.id ?? 0)).toMatchObject({
      state: 'imported',
      reason: 'not_known_here',
      pool,
    });
  });

  it('does not wait for a lock on the row', async () => {
    await usher.database.sql(`UPDATE users SET encrypted_password = '$gy$j9T$salt$digest' WHERE id = $1`, [
      bob.id,
    ]);
    const rails = await usher.database.connect();
    try {
      await rails.query('BEGIN');
      await rails.query('UPDATE users SET updated_at = now() WHERE id = $1', [bob.id]);
      const question = { email: bob.email, access_token: usher.migrationToken };
      const checked = await usher.api.post('/aws/auth', { ...question, password: bob.password });
      expect(checked).toMatchObject({ status: 200, body: { user_exists: true, success: false } });
      expect((await askAboutReset(bob.email)).status).toBe(200);
      await settled();
      // The status is still being written, and no other write is queued.
      const [waiting] = await usher.database.sql<{ count: string }>(
        `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(waiting?.count).toBe('0');
    } finally {
      await rails.query('ROLLBACK');
      await rails.end();
    }
    expect(await entryOf(bob.id)).toMatchObject({ state: null, reason: null });
  });

  it('never blocks a sign-in, even if its columns are missing', async () => {
    await usher.database.sql('ALTER TABLE users RENAME COLUMN usher_migration_reason TO away');
    try {
      const { status } = await usher.api.signIn(bob.email, bob.wrong_password);
      expect(status).toBe(401);
      expect((await askAboutReset(bob.email)).status).toBe(200);
    } finally {
      await usher.database.sql('ALTER TABLE users RENAME COLUMN away TO usher_migration_reason');
    }
  });
});
