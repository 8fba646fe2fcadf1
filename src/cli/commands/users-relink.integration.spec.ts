import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createDatabase, untilWaiting } from '../../../test/support/drivers/database.js';
import { createPoolUser, poolPassword } from '../../../test/support/builders/pool-users.js';
import { ada, bob } from '../../../test/support/drivers/sessions.js';
import { openUsher } from '../../../test/support/drivers/usher.js';
import { run } from '../run.js';

const usher = openUsher();
beforeEach(async () => {
  await usher.database.sql('UPDATE users SET cognito_sub = NULL, usher_agreed_at = NULL');
  await usher.database.sql('DELETE FROM usher.audit');
});

interface Outcome {
  status: number;
  out: string;
  err: string;
}

async function relink(
  argv: string[],
  DATABASE_URL: string | undefined = usher.database.url,
): Promise<Outcome> {
  const outcome = { status: -1, out: '', err: '' };
  outcome.status = await run(['users', 'relink', ...argv], {
    out: (text) => (outcome.out += text),
    err: (text) => (outcome.err += text),
    // Variables that the command does not use may be invalid.
    variables: () => ({ DATABASE_URL, PORT: 'not a port' }),
  });
  return outcome;
}

interface Link {
  cognito_sub: string | null;
  cognito_linked_at: string | null;
  usher_agreed_at: string | null;
}
const linkOf = async (id: number) => {
  const columns = 'cognito_sub, cognito_linked_at, usher_agreed_at';
  return (await usher.database.sql<Link>(`SELECT ${columns} FROM users WHERE id = $1`, [id]))[0];
};
const link = (id: number, sub: string) =>
  usher.database.sql(
    `UPDATE users SET cognito_sub = $2, cognito_linked_at = now() - interval '1 year', usher_agreed_at = now() WHERE id = $1`,
    [id, sub],
  );
const trail = () =>
  usher.database.sql(
    `SELECT actor, action, user_id, details, request_id, address FROM usher.audit ORDER BY user_id`,
  );
const relinked = {
  ...{ actor: 'operator', action: 'relink', user_id: String(ada.id) },
  ...{ request_id: null, address: null },
};
const unlinked = { cognito_sub: null, cognito_linked_at: null, usher_agreed_at: null };

describe('usher users relink', () => {
  it('allows a sign-in after the pool was created again', async () => {
    await link(ada.id, 'of-the-old-pool');
    await createPoolUser(usher, ada.email);
    expect((await usher.api.signIn(ada.email, poolPassword)).body.code).toBe('auth.account_link_conflict');
    const { status, out } = await relink([` ${ada.email.toUpperCase()}`]);
    expect({ status, out }).toEqual({
      status: 0,
      out: 'Changed the link of ada@example.com (id 1) from of-the-old-pool to none.\n',
    });
    expect(await linkOf(ada.id)).toEqual(unlinked);
    expect((await usher.api.signIn(ada.email, poolPassword)).body.user?.id).toBe(ada.id);
  });

  it('allows a user with a legacy hash to migrate again', async () => {
    await link(bob.id, 'of-the-old-pool');
    const { email, password } = bob;
    const ask = async () => {
      const body = { email, password, access_token: usher.migrationToken };
      return (await usher.api.post('/aws/auth', body)).body.success;
    };
    expect(await ask()).toBe(false);
    expect((await relink([email])).status).toBe(0);
    expect(await ask()).toBe(true);
  });

  it('sets the given link', async () => {
    await link(ada.id, 'old');
    const { status, out } = await relink([ada.email, '--sub', 'new-1', '--json']);
    expect({ status, answer: JSON.parse(out) as unknown }).toEqual({
      status: 0,
      answer: {
        dryRun: false,
        changed: 1,
        user: { id: 1, email: ada.email, before: 'old', after: 'new-1' },
      },
    });
    expect(await trail()).toEqual([{ ...relinked, details: { before: 'old', after: 'new-1' } }]);
    const after = await linkOf(ada.id);
    expect(after).toMatchObject({ cognito_sub: 'new-1', usher_agreed_at: null });
    expect(Date.parse(after?.cognito_linked_at ?? '')).toBeGreaterThan(Date.now() - 60_000);
  });

  it('changes nothing if the link is the same', async () => {
    expect(await relink([ada.email])).toMatchObject({
      status: 0,
      out: expect.stringContaining('Nothing to do'),
    });
    await link(ada.id, 'same');
    const before = await linkOf(ada.id);
    const { status, out } = await relink([ada.email, '--sub', 'same', '--json']);
    expect({ status, out: JSON.parse(out) as unknown }).toMatchObject({ status: 0, out: { changed: 0 } });
    expect(await linkOf(ada.id)).toEqual(before);
    expect(await trail()).toEqual([]);
  });

  it('refuses a sub that is linked to another user', async () => {
    await link(bob.id, 'taken');
    const { status, err } = await relink([ada.email, '--sub', 'taken']);
    expect({ status, err }).toEqual({ status: 1, err: 'This sub belongs to another user (id 2).\n' });
    expect(await linkOf(ada.id)).toMatchObject({ cognito_sub: null });
  });

  it('removes all links only with --yes', async () => {
    await link(ada.id, 'one');
    await link(bob.id, 'two');
    expect((await relink(['--all'])).status).toBe(2);
    expect(await relink(['--all', '--dry-run'])).toEqual({
      ...{ status: 0, out: 'Would unlink 2 users.\n', err: '' },
    });
    expect(await linkOf(ada.id)).toMatchObject({ cognito_sub: 'one' });
    const { status, out } = await relink(['--all', '--yes', '--json']);
    expect({ status, out }).toEqual({ status: 0, out: '{"dryRun":false,"changed":2}\n' });
    expect([await linkOf(ada.id), await linkOf(bob.id)]).toEqual([unlinked, unlinked]);
    expect(await trail()).toEqual([
      { ...relinked, details: { before: 'one', after: null } },
      { ...relinked, user_id: String(bob.id), details: { before: 'two', after: null } },
    ]);
  });

  it('changes nothing if the user is deleted before the link is written', async () => {
    await link(ada.id, 'old');
    const other = await usher.database.connect();
    await other.query('BEGIN');
    await other.query('UPDATE users SET usher_erased_at = now() WHERE id = $1', [ada.id]);
    const outcome = relink([ada.email]);
    await untilWaiting(usher.database, 1);
    await other.query('COMMIT');
    expect(await outcome).toEqual({ status: 1, out: '', err: 'There is no user with this address.\n' });
    expect([await linkOf(ada.id), await trail()]).toMatchObject([{ cognito_sub: 'old' }, []]);
    await usher.database.sql('UPDATE users SET usher_erased_at = NULL WHERE id = $1', [ada.id]);
  });

  it('changes nothing in a dry run', async () => {
    await link(ada.id, 'old');
    const before = await linkOf(ada.id);
    const { status, out } = await relink([ada.email, '--dry-run']);
    expect({ status, out }).toEqual({
      status: 0,
      out: 'Would change the link of ada@example.com (id 1) from old to none.\n',
    });
    expect(await linkOf(ada.id)).toEqual(before);
  });

  it.each([
    [1, ['nobody@example.com'], 'There is no user with this address'],
    [2, [], 'address of one user, or --all'],
    [2, ['a@example.com', '--all', '--yes'], 'address of one user, or --all'],
    [2, ['--all', '--yes', '--sub', 'x'], 'exclude each other'],
    [2, ['a@example.com', '--sub', 'x y'], 'not a sub'],
    [2, ['a@example.com', '--sub', ''], 'not a sub'],
    [2, ['a@example.com', 'b@example.com'], 'too many arguments'],
    [2, ['a@example.com', '--force'], 'unknown option'],
  ])('exits with %d for %j', async (status, argv, text) => {
    const outcome = await relink(argv);
    expect(outcome).toMatchObject({ status, out: '', err: expect.stringContaining(text) });
  });

  it('requires DATABASE_URL only and does not print it', async () => {
    expect(await relink([ada.email], '')).toMatchObject({
      status: 2,
      err: 'Invalid configuration: DATABASE_URL is missing. Set it, or run this beside a running local stack.\n',
    });
    const wrong = await relink([ada.email], 'mysql://canary');
    expect(wrong).toMatchObject({
      status: 2,
      err: expect.stringContaining('DATABASE_URL must be a postgres'),
    });
    const away = await relink([ada.email], 'postgres://canary:canary@127.0.0.1:1/canary');
    expect(away).toMatchObject({ status: 1, err: expect.stringContaining('ECONNREFUSED') });
    expect(wrong.err + away.err).not.toContain('canary');
  });

  it('prints the error of the database', async () => {
    await link(ada.id, 'old');
    const standby = `${usher.database.url}?options=-c%20default_transaction_read_only%3Don`;
    const { status, err } = await relink([ada.email], standby);
    expect({ status, err }).toEqual({
      status: 1,
      err: 'cannot execute UPDATE in a read-only transaction\n',
    });
  });

  it('does not create the schema', async () => {
    const empty = await createDatabase();
    const { status, err } = await relink([ada.email], empty.url);
    const tables = await empty.sql(`SELECT 1 FROM pg_tables WHERE schemaname IN ('public', 'usher')`);
    await empty.drop();
    expect({ status, err, tables }).toEqual({
      status: 1,
      err: 'The database has no Usher schema. Start the API on it once.\n',
      tables: [],
    });
  });

  it('prints help', async () => {
    const { status, out } = await relink(['--help']);
    expect(status).toBe(0);
    for (const option of ['--sub', '--all', '--dry-run', '--yes', '--json', 'Exit status'])
      expect(out).toContain(option);
  });
});

describe('the built command', () => {
  const main = join(import.meta.dirname, '../../../dist/src/cli/main.js');

  it('runs as a process and exits', async () => {
    await link(ada.id, 'old');
    const env = { PATH: process.env.PATH, DATABASE_URL: usher.database.url };
    const child = spawn(main, ['users', 'relink', ada.email, '--json'], { cwd: tmpdir(), env });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    const [status] = (await once(child, 'close')) as [number];
    expect({ status, output: JSON.parse(output) as unknown }).toMatchObject({
      status: 0,
      output: { changed: 1 },
    });
    expect(await linkOf(ada.id)).toEqual(unlinked);
  });

  it('ends with the signal when it is interrupted', async () => {
    await link(ada.id, 'old');
    const other = await usher.database.connect();
    await other.query('BEGIN');
    await other.query('SELECT FROM users WHERE id = $1 FOR UPDATE', [ada.id]);
    const env = { PATH: process.env.PATH, DATABASE_URL: usher.database.url };
    const child = spawn(main, ['users', 'relink', ada.email], { cwd: tmpdir(), env });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    await untilWaiting(usher.database, 1);
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([null, 'SIGINT']);
    expect(output).toBe('');
    await other.end();
  });
});
