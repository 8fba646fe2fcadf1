import { describe, expect, it } from '@jest/globals';
import { exception } from '../../../test/support/fakes/cognito-proxy.js';
import { runCommand } from '../../../test/support/drivers/command.js';
import { changeAttributes, createPoolUser, poolPassword } from '../../../test/support/builders/pool-users.js';
import { reconcileTools } from '../../../test/support/drivers/reconcile-tools.js';
import { ada, bob, statusWith } from '../../../test/support/drivers/sessions.js';
import { openUsher } from '../../../test/support/drivers/usher.js';
import { MigrationStatus } from '../../users/migration-status.js';

const usher = openUsher();
const {
  restoreBeforeEach,
  reconcile,
  inPool,
  poolUser,
  poolEmail,
  rowOf,
  migrate,
  expectAgreement,
  expectRepaired,
  audited,
} = reconcileTools(() => usher);
restoreBeforeEach();

describe('usher migration reconcile', () => {
  it('finds no discrepancy for migrated and for legacy users', async () => {
    await migrate(ada);
    await expectAgreement();
  });

  it('unlinks a row whose pool user was deleted, so that the user can migrate again', async () => {
    const { sub } = await migrate(ada);
    await usher.cognito.adminDeleteUser(inPool(sub));
    await expectRepaired('missing_in_pool', ada.email, 'unlink');
    expect(await rowOf(ada.id)).toMatchObject({ sub: null, state: null, reason: 'reopened' });
    expect(await audited(ada.id)).toEqual(['unlink']);
    await migrate(ada);
    await expectAgreement();
  });

  it('links a row to an existing pool user and keeps the legacy hash', async () => {
    const sub = await createPoolUser(usher, ada.email);
    await expectRepaired('unheard_of', ada.email, 'link');
    expect(await rowOf(ada.id)).toMatchObject({
      sub,
      state: 'imported',
      reason: 'reconciled',
      hasHash: true,
    });
  });

  it('records a user who waits for a reset', async () => {
    await usher.api.post('/passwords/forgot', { email: ada.email });
    // The status is written in the background.
    await usher.app.get(MigrationStatus).onApplicationShutdown();
    await usher.database.sql('UPDATE users SET usher_migration_state = NULL');
    await expectRepaired('reset_unheard_of', ada.email, 'record_reset');
    expect(await rowOf(ada.id)).toMatchObject({ sub: null, state: 'reset_sent' });
  });

  it('inserts the row of a user who exists in the pool only', async () => {
    const sub = await createPoolUser(usher, 'only-there@example.org');
    await expectRepaired('missing_here', 'only-there@example.org', 'insert_row');
    const { body } = await usher.api.signIn('only-there@example.org', poolPassword);
    expect(await rowOf(body.user?.id ?? 0)).toMatchObject({
      sub,
      state: 'imported',
      reason: 'not_known_here',
    });
  });

  it('deletes an unconfirmed sign-up that has the address of a legacy user', async () => {
    const stranger = { ClientId: usher.clientId, Username: ada.email, Password: poolPassword };
    await usher.cognito.signUp(stranger);
    expect((await usher.api.signIn(ada.email, ada.wrong_password)).status).toBe(401);
    await expectRepaired('squatter', ada.email, 'delete_in_pool');
    await migrate(ada);
  });

  it('uses the address that was verified in the pool, or else the address of the row', async () => {
    const { sub } = await migrate(ada);
    await changeAttributes(usher, sub, { email: 'ada@new.example', email_verified: 'true' });
    await expectRepaired('email_changed_in_pool', ada.email, 'take_email_from_pool');
    expect((await rowOf(ada.id))?.email).toBe('ada@new.example');
    await changeAttributes(usher, sub, { email: 'ada@third.example', email_verified: 'false' });
    await expectRepaired('email_changed_here', 'ada@new.example', 'give_email_to_pool');
    expect(await poolEmail(sub)).toBe('ada@new.example');
    await usher.database.sql(`UPDATE users SET email = 'ada@by-rails.example' WHERE id = $1`, [ada.id]);
    expect((await reconcile('--apply', '--email-from', 'table')).status).toBe(0);
    expect(await poolEmail(sub)).toBe('ada@by-rails.example');
  });

  it('disables on both sides a user who is disabled on one, and revokes the sessions', async () => {
    const { sub } = await migrate(ada);
    await usher.database.sql('UPDATE users SET usher_disabled_at = now() WHERE id = $1', [ada.id]);
    await expectRepaired('disabled_here', ada.email, 'disable_in_pool');
    expect(await audited(ada.id)).toEqual(['disable_in_pool']);
    expect((await poolUser(sub)).Enabled).toBe(false);
    const other = await migrate(bob);
    expect(await statusWith(usher.api, other.accessToken)).toBe(200);
    await usher.cognito.adminDisableUser(inPool(other.sub));
    await usher.database.sql(
      `INSERT INTO usher.confirmations (token_digest, user_id, purpose, email, expires_at)
       VALUES ('a digest', $1, 'email-change', 'thief@example.org', now() + interval '1 day')`,
      [bob.id],
    );
    await expectRepaired('disabled_in_pool', bob.email, 'disable_here');
    expect(await usher.database.sql('SELECT 1 FROM usher.confirmations')).toEqual([]);
    expect((await rowOf(bob.id))?.disabled).toBe(true);
    const ended = `SELECT 1 FROM usher.sessions WHERE sub = $1 AND ended_at IS NULL`;
    expect(await usher.database.sql(ended, [other.sub])).toEqual([]);
    expect(
      await usher.database.sql('SELECT 1 FROM usher.sign_outs WHERE sub = $1', [other.sub]),
    ).toHaveLength(1);
  });

  it('reads a pool of two pages and deletes the listing', async () => {
    for (let n = 0; n < 70; n += 1) await createPoolUser(usher, `person-${n}@example.org`);
    const { out } = await reconcile('--apply');
    expect(out).toMatch(/Read 70 pool users\. Found 70 discrepancies\. Repaired 70\.\n$/);
    expect(usher.proxy.calls.filter(({ operation }) => operation === 'ListUsers')).toHaveLength(2);
    expect(await usher.database.sql('SELECT 1 FROM usher.pool_listings')).toEqual([]);
    const { Users = [] } = await usher.cognito.listUsers({ UserPoolId: usher.userPoolId, Limit: 1 });
    expect(Users).toHaveLength(1);
    await expectAgreement();
  });

  it('reports missing and invalid input', async () => {
    const outcome = (variables: Record<string, string>, ...argv: string[]) =>
      runCommand(['migration', 'reconcile', ...argv], variables);
    const needed = { DATABASE_URL: usher.database.url, AWS_REGION: 'us-east-1' };
    expect(await outcome(needed)).toMatchObject({
      status: 2,
      err: expect.stringContaining('AWS_COGNITO_USER_POOL_ID is missing'),
    });
    expect(await outcome({}, '--nonsense')).toMatchObject({
      status: 2,
      err: expect.stringContaining("unknown option '--nonsense'"),
    });
    expect(await outcome({}, '--email-from', 'nowhere')).toMatchObject({ status: 2 });
    usher.proxy.answerWith('ListUsers', exception('NotAuthorizedException', 'no'));
    const refused = await reconcile();
    expect(refused).toMatchObject({ status: 1, out: '' });
    expect(refused.err).toContain('check the configuration of Usher and of the user pool');
  });
});
