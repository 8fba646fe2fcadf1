import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { MigrationProgressResponse } from '#contracts';
import { createAdoptedDatabase, createDatabase } from '../../../test/support/drivers/database.js';
import { runCommand } from '../../../test/support/drivers/command.js';
import { ada, bob, signInWithTokens } from '../../../test/support/drivers/sessions.js';
import { openUsher } from '../../../test/support/drivers/usher.js';

const usher = openUsher();
beforeAll(async () => {
  await signInWithTokens(usher.api, ada);
  await signInWithTokens(usher.api, bob);
});

const migration = (...argv: string[]) =>
  runCommand(['migration', ...argv], { DATABASE_URL: usher.database.url, PORT: 'not a port' });

describe('usher migration status', () => {
  it('prints the progress and whether the old system can be switched off', async () => {
    const { status, out, err } = await migration('status', '--inactive-after', '120');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^\d+ people, \d+ not migrated\.\n/);
    expect(out).toMatch(/\n +2 {2}migrated\n/);
    expect(out).toMatch(new RegExp(`\\n +2 {2}${new Date().toISOString().slice(0, 10)}\\n`));
    expect(out).toMatch(/\n +\d+ {2}skipped: unconfirmed\n/);
    expect(out).toMatch(/\n +\d+ {2}\$2a\$04\$\n/);
    expect(out).toContain('Too early for an estimate');
    expect(out).toMatch(/cannot be switched off yet:\n +\d+ {2}active people have not migrated\n/);
  });

  it('says on what it rests that the old system can be switched off', async () => {
    const database = await createAdoptedDatabase();
    try {
      await database.sql('DELETE FROM users WHERE id > 2');
      await database.sql(`UPDATE users SET cognito_sub = 'sub-' || id, usher_migration_state = CASE id WHEN 1 THEN 'migrated' ELSE 'imported' END,
        usher_migration_reason = CASE id WHEN 2 THEN 'hash_import' END, usher_migration_at = now() - interval '1 month'`);
      const { out } = await runCommand(['migration', 'status'], { DATABASE_URL: database.url });
      expect(out).toMatch(
        /The old system can be switched off\. This rests on:\n {2}1 person: migrated, .*\n {2}1 person: were imported/,
      );
    } finally {
      await database.drop();
    }
  });

  it('prints the same JSON as the route', async () => {
    const { out } = await migration('status', '--json', '--days', '2');
    const progress = JSON.parse(out) as MigrationProgressResponse;
    expect(progress.perDay).toHaveLength(2);
    expect(progress.perDay[1]).toMatchObject({ migrated: 2, imported: 0 });
    expect(progress.states).toContainEqual({ state: 'migrated', reason: null, people: 2 });
  });

  it('refuses a database without a schema', async () => {
    const database = await createDatabase();
    try {
      const variables = { DATABASE_URL: database.url };
      expect(await runCommand(['migration', 'status'], variables)).toMatchObject({
        status: 1,
        err: 'The database has no Usher schema. Start the API on it once.\n',
      });
    } finally {
      await database.drop();
    }
  });

  it.each([
    [['status', '--days', '0'], 'It must be a number from 1 to 366.'],
    [['status', '--days', '1e2'], 'It must be a number from 1 to 366.'],
    [['status', '--inactive-after', 'x'], 'It must be a number from 1 to 120.'],
    [['status', 'more'], 'too many arguments'],
    [['nonsense'], "unknown command 'nonsense'"],
    [['reopen'], "missing required argument 'email'"],
  ])('refuses the arguments %j', async (argv, text) => {
    const { status, err } = await migration(...argv);
    expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining(text) });
  });

  it.each(['status', 'reconcile', 'invite', 'reopen', 'recount'])(
    'prints help for %s in any environment',
    async (command) => {
      const main = join(import.meta.dirname, '../../../dist/src/cli/main.js');
      const child = spawn(process.execPath, [main, 'migration', command, '--help'], {
        env: {},
        stdio: 'pipe',
      });
      let out = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      const [status] = (await once(child, 'close')) as [number];
      expect(status).toBe(0);
      expect(out).toContain('Exit status:');
      expect(out).toContain('DATABASE_URL');
    },
  );
});

describe('usher migration recount', () => {
  it('counts all rows again', async () => {
    await usher.database.sql('DELETE FROM usher.migration_counts');
    const { status, out, err } = await migration('recount');
    const [row] = await usher.database.sql<{ people: string }>('SELECT count(*) AS people FROM users');
    expect({ status, out, err }).toEqual({
      status: 0,
      out: `Counted ${row?.people} users.\n`,
      err: '',
    });
    expect((await migration('status')).out).toContain(`${row?.people} people, `);
  });
});

describe('usher migration reopen', () => {
  const rowOf = async (id: number) =>
    (
      await usher.database.sql(
        'SELECT cognito_sub, usher_migration_reason AS reason FROM users WHERE id = $1',
        [id],
      )
    )[0];
  const ask = async (password: string) =>
    (await usher.api.post('/aws/auth', { email: bob.email, password, access_token: usher.migrationToken }))
      .body.success;

  it('allows a migrated user to migrate again', async () => {
    await usher.database.sql(`UPDATE users SET cognito_linked_at = now() - interval '1 hour' WHERE id = $1`, [
      bob.id,
    ]);
    expect(await ask(bob.password)).toBe(false);
    const { status, out } = await migration('reopen', ` ${bob.email.toUpperCase()}`);
    expect({ status, out }).toEqual({
      status: 0,
      out: `${bob.email} (id ${bob.id}) can migrate again with the legacy password.\n`,
    });
    expect(await ask(bob.password)).toBe(true);
    expect(await rowOf(bob.id)).toEqual({ cognito_sub: null, reason: 'reopened' });
    expect((await migration('reopen', bob.email)).out).toContain('has not migrated: nothing to do');
    const audit = `SELECT actor FROM usher.audit WHERE action = 'reopen-migration' AND user_id = $1`;
    expect(await usher.database.sql(audit, [bob.id])).toEqual([{ actor: 'operator' }]);
    await signInWithTokens(usher.api, bob);
  });

  it('fails without a legacy hash and for an unknown address', async () => {
    await usher.database.sql(`UPDATE users SET encrypted_password = '' WHERE id = $1`, [ada.id]);
    const before = await rowOf(ada.id);
    const { status, err } = await migration('reopen', ada.email, '--json');
    expect({ status, err }).toMatchObject({
      status: 1,
      err: expect.stringContaining('The legacy hash of this user was deleted'),
    });
    expect(await rowOf(ada.id)).toEqual(before);
    expect(await migration('reopen', 'nobody@example.com')).toMatchObject({
      status: 1,
      err: 'There is no user with this address.\n',
    });
  });
});
