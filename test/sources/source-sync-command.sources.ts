import { beforeEach, describe, expect, it } from '@jest/globals';
import { runCommand } from '../support/drivers/command.js';
import { createDatabase, createDeviseDatabase } from '../support/drivers/database.js';
import { openSourceUsher } from '../support/drivers/source-usher.js';
import { until } from '../support/drivers/until.js';
import { startUsher } from '../support/drivers/usher.js';

const usher = openSourceUsher();

const command = (argv: string[] = [], variables: Record<string, string | undefined> = {}) => {
  const { DATABASE_URL, LEGACY_SOURCE, LEGACY_DATABASE_URL, SESSION_SECRETS } = usher.variables;
  const needed = { DATABASE_URL, LEGACY_SOURCE, LEGACY_DATABASE_URL, SESSION_SECRETS, PORT: 'not a port' };
  return runCommand(['source', 'sync', ...argv], { ...needed, ...variables });
};

/** The job of the start may be running. */
const sync = async (argv: string[] = []) => {
  let outcome = await command(argv);
  await until(async () => {
    if (outcome.err.startsWith('Another process')) outcome = await command(argv);
    return !outcome.err.startsWith('Another process');
  });
  return outcome;
};

const people = (count: number) =>
  usher.source.database.sql(
    `INSERT INTO people (id, email, password, verified, blocked)
     SELECT 1000000 + n, 'p' || n || '@example.org', '$2b$10$' || repeat('a', 53), true, false FROM generate_series(1, ${count}) AS n`,
  );

const left = async () => {
  const [row] = await usher.database.sql<{ people: number }>(
    'SELECT count(*)::int AS people FROM users WHERE usher_legacy_skipped IS NULL',
  );
  return row?.people;
};

beforeEach(async () => {
  await usher.source.database.sql('TRUNCATE people');
  await sync(['--full', '--yes']);
  await usher.database.sql('DELETE FROM users');
});

describe('usher source sync', () => {
  it('copies people and says how many', async () => {
    await people(3);
    expect(await sync()).toEqual({ status: 0, out: 'Read 3 rows: 0 gone, 0 newly blocked.\n', err: '' });
    expect(await left()).toBe(3);
    await usher.source.database.sql('DELETE FROM people WHERE id = 1000001');
    const { status, out } = await sync(['--json']);
    expect({ status, answer: JSON.parse(out) as unknown }).toEqual({
      status: 0,
      answer: { rows: 2, gone: 1, blocked: 0, applied: true },
    });
  });

  it('takes away more than a tenth only with --yes', async () => {
    await people(100);
    await sync();
    await usher.source.database.sql('DELETE FROM people WHERE id <= 1000009');
    await usher.source.database.sql('UPDATE people SET blocked = true WHERE id <= 1000011');
    const asked = await sync();
    expect({ status: asked.status, out: asked.out }).toEqual({ status: 3, out: '' });
    expect(asked.err).toMatch(/ 9 are gone and 2 are blocked .* again with --yes\.\n$/);
    expect(await left()).toBe(100);
    const json = await sync(['--json']);
    expect({ status: json.status, answer: JSON.parse(json.out) as unknown }).toEqual({
      status: 3,
      answer: { rows: 91, gone: 9, blocked: 2, applied: false },
    });
    expect((await sync(['--yes'])).status).toBe(0);
    expect(await left()).toBe(89);
  });

  it('continues an interrupted run, and begins again with --full', async () => {
    await people(1500);
    await usher.database.sql(
      `UPDATE usher.source_syncs SET position = (SELECT max(id)::text FROM (VALUES (1001000)) AS last (id)), rows = 1000`,
    );
    expect((await sync(['--yes'])).status).toBe(0);
    expect(await left()).toBe(500);
    expect((await sync(['--full', '--yes'])).out).toMatch(/^Read 1500 rows/);
    expect(await left()).toBe(1500);
  });

  it('does nothing while another process syncs', async () => {
    await people(1);
    const lock = `DO $$ BEGIN PERFORM pg_advisory_lock(768723); PERFORM pg_sleep(60); END $$`;
    const locked = usher.database.sql(lock).catch(() => undefined);
    const sleepers = () =>
      usher.database.sql<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
      );
    await until(async () => (await sleepers()).length > 0, 10_000);
    expect(await command()).toEqual({
      status: 1,
      out: '',
      err: 'Another process syncs the source. Try again later.\n',
    });
    expect(await left()).toBe(0);
    for (const { pid } of await sleepers())
      await usher.database.sql('SELECT pg_terminate_backend($1)', [pid]);
    await locked;
  });

  it('is one line and status 1 while the source is away', async () => {
    await usher.source.takeAway();
    const { status, out, err } = await command();
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toMatch(/^The legacy source is not available \(\w+\)\.\n$/);
  });
});

describe('wrong use', () => {
  it.each<[string, Record<string, string | undefined>, string]>([
    ['no source', { LEGACY_SOURCE: undefined }, 'LEGACY_SOURCE is not set'],
    ['none', { LEGACY_SOURCE: 'none' }, 'LEGACY_SOURCE is not set'],
    ['no secrets', { SESSION_SECRETS: undefined }, 'SESSION_SECRETS is missing'],
    ['no file', { LEGACY_SOURCE: '/nowhere.yaml' }, 'is neither a file nor a preset'],
    [
      'a source that the API does not read',
      { LEGACY_SOURCE: 'django' },
      'LEGACY_SOURCE is django here, but was ',
    ],
    ['another URL', { LEGACY_DATABASE_URL: 'oracle://u:secret-pw@h/d' }, 'LEGACY_DATABASE_URL must be'],
  ])('%s is one line', async (_what, variables, text) => {
    const { status, out, err } = await command([], variables);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(text);
    expect(err).not.toContain('secret-pw');
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('a file with a missing column is one line, and nothing is written', async () => {
    await people(1);
    await usher.source.database.sql('ALTER TABLE people RENAME COLUMN password TO pw');
    try {
      const { status, err } = await command();
      expect(status).toBe(2);
      expect(err).toMatch(/there is no column password in people\n$/);
      expect(await left()).toBe(0);
    } finally {
      await usher.source.database.sql('ALTER TABLE people RENAME COLUMN pw TO password');
    }
  });

  it('an unknown argument is refused', async () => {
    expect((await command(['--all'])).status).toBe(2);
  });

  it('an adopted table is one line', async () => {
    const adopted = await startUsher({ database: await createDeviseDatabase() });
    try {
      const { status, err } = await command([], { DATABASE_URL: adopted.database.url });
      expect({ status, err }).toEqual({
        status: 2,
        err: expect.stringContaining('has adopted the table "users"'),
      });
    } finally {
      await adopted.close();
    }
  });

  it('a database without Usher is one line', async () => {
    const empty = await createDatabase();
    const { status, err } = await command([], { DATABASE_URL: empty.url });
    expect({ status, err }).toEqual({
      status: 1,
      err: 'The database has no Usher schema. Start the API on it once.\n',
    });
    await empty.drop();
  });
});
