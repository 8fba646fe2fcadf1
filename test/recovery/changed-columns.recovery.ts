import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { personWith } from '../support/builders/admins.js';
import { createDeviseDatabase, type TestDatabase } from '../support/drivers/database.js';
import { ada, bearer, bob, signInWithTokens } from '../support/drivers/sessions.js';
import { until } from '../support/drivers/until.js';
import { startUsher, type Usher } from '../support/drivers/usher.js';

let usher: Usher | undefined;
let database: TestDatabase;
afterEach(async () => {
  if (usher) await usher.close();
  else await database.drop();
  usher = undefined;
});

const past = `now() AT TIME ZONE 'UTC' - interval '1 minute'`;

async function start(statements: string[], environment: Record<string, string> = {}): Promise<Usher> {
  database = await createDeviseDatabase();
  for (const statement of statements) await database.sql(statement);
  usher = await startUsher({ database, environment });
  return usher;
}

const statusOf = async ({ email, password }: { email: string; password: string }) =>
  (await usher?.api.signIn(email, password))?.status;

const counts = () =>
  database.sql<{ state: string; reason: string | null; people: string }>(
    `SELECT state, reason, sum(people) AS people FROM usher.migration_counts
     GROUP BY state, reason HAVING sum(people) <> 0 ORDER BY state, reason`,
  );

describe('a block date in the future', () => {
  it('is counted independent of the time of the change', async () => {
    await start(['ALTER TABLE users ADD COLUMN banned_at timestamp']);
    await database.sql(
      `UPDATE users SET banned_at = now() AT TIME ZONE 'UTC' + interval '1 hour 2 seconds' WHERE id = ${ada.id}`,
    );
    await database.sql(`UPDATE users SET first_name = 'Ada' WHERE id = ${ada.id}`);
    const kept = await counts();
    await database.sql('SELECT usher.recount_migration()');
    expect(kept).toEqual(await counts());
  });

  it('leaves no negative count when the row is deleted', async () => {
    await start(['ALTER TABLE users ADD COLUMN banned_at timestamp']);
    await database.sql(
      `UPDATE users SET banned_at = now() AT TIME ZONE 'UTC' + interval '1 hour 2 seconds' WHERE id = ${ada.id}`,
    );
    await database.sql(`DELETE FROM users WHERE id = ${ada.id}`);
    expect((await counts()).filter(({ people }) => Number(people) < 0)).toEqual([]);
  });
});

it('a start that is killed during a recount leaves no condition in force that the next start does not have', async () => {
  const running = await start([
    'ALTER TABLE users ADD COLUMN deleted_at timestamp',
    `UPDATE users SET deleted_at = ${past} WHERE id = ${ada.id}`,
  ]);
  expect(await statusOf(ada)).toBe(401);
  // Another process is compacting or recounting: the start with other conditions waits for the lock, and is killed.
  const other = await database.connect();
  await other.query('BEGIN; SELECT pg_advisory_xact_lock(533437)');
  const { PATH } = process.env;
  const main = join(import.meta.dirname, '../../dist/api/main.js');
  const child = spawn(process.execPath, [main], {
    env: { PATH, ...running.variables, LEGACY_BLOCKED_WHEN: 'none', PORT: '0' },
    stdio: 'ignore',
  });
  const recounting = `SELECT pid FROM pg_stat_activity WHERE query = 'SELECT usher.recount_migration()' AND datname = current_database()`;
  await until(async () => (await database.sql(recounting)).length === 1);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await until(async () => {
    await database.sql(`SELECT pg_terminate_backend(pid) FROM (${recounting}) AS left_over`);
    return (await database.sql(recounting)).length === 0;
  });
  await other.query('ROLLBACK');
  await other.end();
  // The operator removes the variable.
  await running.startProcess();
  expect(await statusOf(ada)).toBe(401);
}, 60_000);

describe('a column of the blocking condition', () => {
  it('can be renamed by the legacy application, and its users stay blocked', async () => {
    await start([
      'ALTER TABLE users ADD COLUMN deleted_at timestamp',
      `UPDATE users SET deleted_at = ${past} WHERE id = ${ada.id}`,
    ]);
    expect(await statusOf(ada)).toBe(401);
    await database.sql('ALTER TABLE users RENAME COLUMN deleted_at TO discarded_at');
    expect(await statusOf(ada)).toBe(401);
  });

  it('can become a number, and its users stay blocked', async () => {
    await start(
      [
        'ALTER TABLE users ADD COLUMN active boolean DEFAULT true',
        `UPDATE users SET active = false WHERE id = ${ada.id}`,
      ],
      { LEGACY_BLOCKED_WHEN: 'not active' },
    );
    expect(await statusOf(ada)).toBe(401);
    await database.sql(
      `ALTER TABLE users ALTER active DROP DEFAULT, ALTER active TYPE integer USING active::int, ALTER active SET DEFAULT 1`,
    );
    expect(await statusOf(ada)).toBe(401);
  });
});

describe('a blocked user', () => {
  it.each([['GET', '/auth/sessions']])('is refused at %s %s', async (method, path) => {
    const { api } = await start(['ALTER TABLE users ADD COLUMN banned_at timestamp']);
    const { accessToken } = await signInWithTokens(api);
    await database.sql(`UPDATE users SET banned_at = ${past} WHERE id = ${ada.id}`);
    const body = {
      currentPassword: ada.password,
      password: 'a-new-password-1',
      passwordConfirmation: 'a-new-password-1',
    };
    const { status } = await api.call(method, path, {
      headers: bearer(accessToken),
      ...(method === 'POST' && { body }),
    });
    expect(status).toBe(401);
  });
});

describe('blocking is independent of the setting of the database', () => {
  it.each([[`SET datestyle = 'German'`], [`SET datestyle = 'SQL, DMY'`]])('%s', async (setting) => {
    database = await createDeviseDatabase();
    await database.sql('ALTER TABLE users ADD COLUMN deleted_at timestamp, ADD COLUMN removed timestamptz');
    await database.sql(`UPDATE users SET deleted_at = ${past} WHERE id = ${bob.id}`);
    await database.sql(
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I ${setting.replaceAll("'", "''")}', current_database()); END $$`,
    );
    usher = await startUsher({ database });
    expect(await statusOf(bob)).toBe(401);
    const running = usher;
    const admin = await personWith(running, 'admin@example.com', 'admin');
    const { accessToken } = await signInWithTokens(running.api);
    expect((await running.api.get('/users/me', bearer(accessToken))).status).toBe(200);
    const { body, status } = await running.api.get(`/admin/users/${ada.id}`, admin.headers);
    const [row] = await database.sql<{ at: string }>(
      `SELECT to_char(created_at, 'YYYY-MM-DD"T"HH24:MI:SS') AS at FROM users WHERE id = ${ada.id}`,
    );
    expect({ status, createdAt: String(body.createdAt).slice(0, 19) }).toEqual({
      status: 200,
      createdAt: row?.at,
    });
    const sessions = await running.api.get('/auth/sessions', bearer(accessToken));
    expect(sessions.status).toBe(200);
    const [session] = sessions.body as unknown as { createdAt: string }[];
    expect(Math.abs(Date.parse(session?.createdAt ?? '') - Date.now())).toBeLessThan(60_000);
    expect((await running.api.get('/migration/progress', admin.headers)).status).toBe(200);
  });
});

it.each(['users', 'sub'])('starts and signs users in with a legacy column named "%s"', async (name) => {
  await start([`ALTER TABLE users ADD COLUMN "${name}" text`]);
  expect(await statusOf(ada)).toBe(200);
  const { status } = await (async () => {
    const { accessToken } = await signInWithTokens((usher as Usher).api);
    return (usher as Usher).api.get('/users/me', bearer(accessToken));
  })();
  expect(status).toBe(200);
});
