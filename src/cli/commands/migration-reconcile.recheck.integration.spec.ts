import { describe, expect, it } from '@jest/globals';
import { exception } from '../../../test/support/fakes/cognito-proxy.js';
import { deviseUser } from '../../../test/support/builders/devise-users.js';
import {
  changeAttributes,
  createPoolUser,
  invite,
  poolPassword,
} from '../../../test/support/builders/pool-users.js';
import { reconcileTools } from '../../../test/support/drivers/reconcile-tools.js';
import { ada, bob } from '../../../test/support/drivers/sessions.js';
import { openUsher } from '../../../test/support/drivers/usher.js';

const grace = deviseUser('lock_expired');

const usher = openUsher();
const {
  restoreBeforeEach,
  reconcile,
  linesOf,
  essence,
  inPool,
  poolUser,
  poolEmail,
  rowOf,
  migrate,
  expectRepaired,
  poolUserAnswer,
} = reconcileTools(() => usher);
restoreBeforeEach();

describe('usher migration reconcile with ambiguous or changing data', () => {
  it('changes nothing if rows are linked to another pool', async () => {
    await migrate(ada);
    await usher.database.sql(`UPDATE users SET cognito_user_pool_id = 'us-east-1_another' WHERE id = $1`, [
      ada.id,
    ]);
    const before = await rowOf(ada.id);
    const { status, out, err } = await reconcile('--apply');
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toContain('1 user linked to another pool, us-east-1_another.');
    expect(await rowOf(ada.id)).toEqual(before);
  });

  it('repairs only listed discrepancies', async () => {
    const { sub } = await migrate(ada);
    await usher.cognito.adminDeleteUser(inPool(sub));
    const other = await createPoolUser(usher, ada.email);
    const { status, out } = await reconcile('--apply', '--json');
    expect(status).toBe(3);
    expect(essence({ status, out, err: '' })).toEqual([
      ['missing_in_pool', ada.email, 'unlink'],
      ['linked_elsewhere', ada.email, null],
      ['missing_in_pool', ada.email, 'mended'],
    ]);
    expect((await rowOf(ada.id))?.sub).toBeNull();
    await expectRepaired('unheard_of', ada.email, 'link');
    expect((await rowOf(ada.id))?.sub).toBe(other);
  });

  it('lists rows that share an address, links none of them and inserts no third one', async () => {
    const insert = (email: string) =>
      usher.database.sql(
        `INSERT INTO users (email, encrypted_password, confirmed_at, created_at, updated_at)
         VALUES ($1, 'x', now(), now(), now())`,
        [email],
      );
    await insert('TWIN@example.com');
    await insert('Twin@example.com');
    await createPoolUser(usher, 'twin@example.com');
    const kinds = async (...argv: string[]) =>
      linesOf(await reconcile('--json', ...argv)).map(({ kind }) => kind);
    expect(await kinds('--apply')).toEqual(['duplicate_here', 'duplicate_here']);
    await insert('twin@example.com');
    expect(await kinds('--apply')).toEqual(['duplicate_here', 'duplicate_here', 'duplicate_here']);
    const rows = await usher.database.sql(
      `SELECT cognito_sub AS sub FROM users WHERE lower(email) = 'twin@example.com'`,
    );
    expect(rows).toEqual([{ sub: null }, { sub: null }, { sub: null }]);
  });

  it('reports users who cannot sign in on either side', async () => {
    await usher.cognito.adminDisableUser(inPool(await createPoolUser(usher, bob.email)));
    await createPoolUser(usher, ada.email);
    await usher.database.sql('UPDATE users SET usher_disabled_at = now() WHERE id = $1', [ada.id]);
    await invite(usher, grace.email);
    const { status, out } = await reconcile('--json', '--apply');
    expect(status).toBe(3);
    expect(new Set(essence({ status, out, err: '' }).map((line) => line.join()))).toEqual(
      new Set([
        `blocked_in_pool,${bob.email},`,
        `disabled_before_move,${ada.email},`,
        `invited_in_pool,${grace.email},`,
      ]),
    );
  });

  it('does not take an address that another row has', async () => {
    const { sub } = await migrate(ada);
    await changeAttributes(usher, sub, { email: bob.email, email_verified: 'true' });
    const { status, out } = await reconcile('--json', '--apply');
    expect({ status, lines: essence({ status, out, err: '' }) }).toEqual({
      status: 3,
      lines: [['email_taken_here', ada.email, null]],
    });
  });

  it('deletes the legacy hash at the first sign-in with LEGACY_HASH=erase', async () => {
    await createPoolUser(usher, ada.email);
    await reconcile('--apply');
    const process = await usher.startProcess({ LEGACY_HASH: 'erase' });
    expect((await rowOf(ada.id))?.hasHash).toBe(true);
    expect((await process.api.signIn(ada.email, poolPassword)).status).toBe(200);
    expect((await rowOf(ada.id))?.hasHash).toBe(false);
  });

  it('rechecks the row before it changes the pool', async () => {
    const { sub } = await migrate(ada);
    await usher.database.sql('UPDATE users SET usher_disabled_at = now() WHERE id = $1', [ada.id]);
    let enabling: Promise<unknown> | undefined;
    usher.proxy.answerWith('AdminGetUser', (response) => {
      enabling = usher.database
        .sql('UPDATE users SET usher_disabled_at = NULL WHERE id = $1', [ada.id])
        .then(() => response.writeHead(200).end(JSON.stringify(poolUserAnswer(sub, ada.email))));
    });
    const { status } = await reconcile('--apply');
    await enabling;
    usher.proxy.answerWith('AdminGetUser', undefined);
    expect(status).toBe(3);
    expect((await poolUser(sub)).Enabled).toBe(true);
  });

  it('retries when Cognito throttles', async () => {
    await createPoolUser(usher, ada.email);
    let refused = 0;
    usher.proxy.answerWith('ListUsers', (response) => {
      refused += 1;
      if (refused === 3) usher.proxy.answerWith('ListUsers', undefined);
      exception('TooManyRequestsException', 'Rate exceeded')(response);
    });
    const { status, err } = await reconcile();
    expect({ status, refused }).toEqual({ status: 3, refused: 3 });
    expect(err).toContain('Cognito unavailable; retrying');
  });

  it('does not repair discrepancies that need a decision', async () => {
    const sub = await createPoolUser(usher, grace.email);
    await usher.database.sql(`UPDATE users SET cognito_sub = 'somebody-else' WHERE id = $1`, [grace.id]);
    await usher.database.sql(`UPDATE users SET cognito_linked_at = now() + interval '1 hour' WHERE id = $1`, [
      grace.id,
    ]);
    const unverified = await createPoolUser(usher, bob.email, { email_verified: 'false' });
    await usher.database.sql(
      `INSERT INTO users (email, created_at, updated_at) VALUES ('TWIN@example.com', now(), now()), ('twin@example.com', now(), now())`,
    );
    const { status, out } = await reconcile('--apply');
    expect(status).toBe(3);
    expect(out).toContain(
      `${grace.email} (id ${grace.id}) has a pool user, but the row is linked to another pool user -> decide manually`,
    );
    expect(out).toContain(
      `${bob.email} (id ${bob.id}) shares the address with a pool user that has not verified it -> decide manually`,
    );
    expect(out.match(/shares the address with another row/g)).toHaveLength(2);
    expect([await poolEmail(sub), await poolEmail(unverified)]).toEqual([grace.email, bob.email]);
    expect(out).toMatch(/Repaired 0\.\n$/);
  });

  it('does not repair a discrepancy that changed after the listing', async () => {
    const { sub } = await migrate(ada);
    await usher.cognito.adminDeleteUser(inPool(sub));
    const before = await rowOf(ada.id);
    // The pool user is missing in the listing and exists at the recheck.
    usher.proxy.answerWith('AdminGetUser', (response) =>
      response.writeHead(200).end(JSON.stringify(poolUserAnswer(sub, ada.email))),
    );
    const { status, out } = await reconcile('--apply');
    usher.proxy.answerWith('AdminGetUser', undefined);
    expect(status).toBe(3);
    expect(out).toContain(`${ada.email} (id ${ada.id}): changed meanwhile`);
    expect(await rowOf(ada.id)).toEqual(before);
  });
});
