import { describe, expect, it } from '@jest/globals';
import { ada, bob } from '../../../test/support/drivers/sessions.js';
import { openUsher } from '../../../test/support/drivers/usher.js';
import { run } from '../run.js';

const usher = openUsher();

async function roles(...argv: string[]): Promise<{ status: number; out: string; err: string }> {
  const outcome = { status: -1, out: '', err: '' };
  outcome.status = await run(['users', 'roles', ...argv], {
    out: (text) => (outcome.out += text),
    err: (text) => (outcome.err += text),
    variables: () => ({ DATABASE_URL: usher.database.url }),
  });
  return outcome;
}

describe('usher users roles', () => {
  it('adds the first administrator and records it in the audit trail', async () => {
    expect(await roles(ada.email)).toEqual({ status: 0, out: 'ada@example.com (id 1): no roles\n', err: '' });
    const added = await roles(` ${ada.email.toUpperCase()}`, '--add', 'admin', '--add', 'editor');
    expect(added.out).toBe('ada@example.com (id 1): admin, editor\n');
    const { body } = await usher.api.signIn(ada.email, ada.password);
    const headers = { authorization: `Bearer ${body.tokens?.accessToken}` };
    expect((await usher.api.get('/admin/users', headers)).status).toBe(200);
    const again = await roles(ada.email, '--add', 'admin', '--json');
    expect(JSON.parse(again.out)).toEqual({ id: 1, email: ada.email, roles: ['admin', 'editor'] });
    expect((await roles(ada.email, '--remove', 'admin', '--remove', 'never-had')).out).toContain(
      ': editor\n',
    );
    expect((await usher.api.get('/admin/users', headers)).status).toBe(403);
    const trail = await usher.database.sql(
      `SELECT actor, actor_id, action, details FROM usher.audit ORDER BY id`,
    );
    const entry = { actor: 'operator', actor_id: null, action: 'set-roles' };
    expect(trail).toEqual([
      { ...entry, details: { roles: ['admin', 'editor'] } },
      { ...entry, details: { roles: ['editor'] } },
    ]);
  });

  it('removes the role from the last enabled administrator with a warning', async () => {
    await roles(ada.email, '--add', 'admin');
    await roles(bob.email, '--add', 'admin');
    expect(await roles(bob.email, '--remove', 'admin')).toMatchObject({ status: 0, err: '' });
    await roles(bob.email, '--add', 'admin');
    await usher.database.sql('UPDATE users SET usher_disabled_at = now() WHERE id = $1', [bob.id]);
    expect(await roles(bob.email, '--remove', 'admin')).toMatchObject({ status: 0, err: '' });
    await roles(bob.email, '--add', 'admin');
    const last = await roles(ada.email, '--remove', 'admin');
    expect(last).toMatchObject({
      status: 0,
      err: expect.stringMatching(/^Warning: no enabled administrator is left.*\n$/),
    });
    await roles(ada.email, '--add', 'admin');
    const { out, err } = await roles(ada.email, '--remove', 'admin', '--json');
    const answer = { id: ada.id, email: ada.email, roles: ['editor'], lastAdministrator: true };
    expect({ answer: JSON.parse(out) as unknown, err }).toEqual({ answer, err: '' });
    expect((await roles(ada.email, '--remove', 'admin', '--json')).out).not.toContain('lastAdministrator');
    await usher.database.sql(`UPDATE users SET usher_disabled_at = NULL, usher_roles = '{}' WHERE id = $1`, [
      bob.id,
    ]);
  });

  it.each([
    [1, ['nobody@example.com', '--add', 'admin']],
    [1, ['']],
    [2, []],
    [2, [bob.email, '--add', 'Admin']],
    [2, [bob.email, '--add', '']],
    [2, [bob.email, '--add', 'a', '--remove', 'a']],
    [2, [bob.email, '--give', 'admin']],
  ])('exits with %i for %j and changes nothing', async (status, argv) => {
    const outcome = await roles(...argv);
    expect(outcome).toMatchObject({ status, out: '' });
    expect(outcome.err).not.toBe('');
    expect((await roles(bob.email)).out).toContain('no roles');
  });

  it('prints help', async () => {
    const { status, out } = await roles('--help');
    expect(status).toBe(0);
    expect(out).toContain('Exit status');
  });
});
