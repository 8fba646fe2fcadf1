import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MigrationProgressResponse } from '#contracts';
import { type Person, personWith } from '../support/builders/admins.js';
import { runCommand } from '../support/drivers/command.js';
import { createDeviseDatabase, type TestDatabase } from '../support/drivers/database.js';
import { ada, signInWithTokens } from '../support/drivers/sessions.js';
import { startUsher, type Usher } from '../support/drivers/usher.js';

const people = Number(process.env.SCALE_USERS ?? 10_000_000);

/** Three of four users are in the table before Usher starts, and one of four is in the pool. */
const before = Math.floor((people * 3) / 4);

const longestMs = 60 * 60_000;
const longestAnswerMs = 1000;

const say = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);

const hash = `(ARRAY['$2a$12$', '$2a$12$', '$2a$10$', '$argon2id$v=19$m=65536,t=3,p=4$', '$6$', 'pbkdf2_sha256$600000$', '$gy$j9T$', ''])
  [1 + n % 8] || CASE WHEN n % 8 < 7 THEN repeat(md5(n::text), 2) ELSE '' END`;

const common = `'person-' || n || '@example.com', ${hash}, CASE WHEN n % 10 > 0 THEN now() END,
  CASE WHEN n % 6 > 0 THEN now() - interval '1 day' * (n % 3650) END, now(), now()`;

const columns = 'email, encrypted_password, confirmed_at, current_sign_in_at, created_at, updated_at';

/** Rows of the legacy application. */
const insertLegacy = `INSERT INTO users (${columns}) SELECT ${common} FROM generate_series($1::int, $2::int) AS n`;

/** States of the other users, over the last two months. */
const insertOthers = `
  INSERT INTO users (${columns}, cognito_sub, usher_migration_state, usher_migration_reason, usher_migration_at, usher_disabled_at)
  SELECT ${common}, CASE WHEN n % 20 < 12 THEN 'sub-' || n END,
    (ARRAY['migrated', 'migrated', 'imported', 'failed', 'reset_sent'])[1 + n % 20 / 4],
    CASE n % 20 / 4 WHEN 2 THEN 'found_in_pool' WHEN 3 THEN 'not_created' END,
    now() - interval '1 day' * (n % 60), CASE WHEN n % 97 = 0 THEN now() END
  FROM generate_series($1::int, $2::int) AS n`;

let database: TestDatabase;
let usher: Usher;
let admin: Person;

async function fill(insert: string, from: number, to: number): Promise<void> {
  const step = 250_000;
  for (let start = from; start < to; start += step) {
    const end = Math.min(start + step, to) - 1;
    await database.sql(insert, [start, end]);
    say(`${end + 1} of ${people} people`);
  }
}

/** Recreating the indexes afterwards is faster. */
async function withoutIndexes(work: () => Promise<void>): Promise<void> {
  const indexes = await database.sql<{ name: string; definition: string }>(
    `SELECT indexname AS name, indexdef AS definition FROM pg_indexes WHERE tablename = 'users' AND indexname NOT LIKE '%pkey'`,
  );
  for (const { name } of indexes) await database.sql(`DROP INDEX ${name}`);
  await work();
  for (const { definition } of indexes) await database.sql(definition);
}

beforeAll(async () => {
  database = await createDeviseDatabase();
  await withoutIndexes(() => fill(insertLegacy, 0, before));
  say('starting Usher on the table');
  usher = await startUsher({ database });
  say('started: columns, indexes and counts are there');
  await fill(insertOthers, before, people);
  admin = await personWith(usher, 'the-admin@example.org', 'admin');
}, longestMs);
afterAll(() => usher.close(), longestMs);

/** Independent of how the counts are stored. */
const fullCount = `
  WITH person AS (
    SELECT *, CASE
      WHEN cognito_sub IS NOT NULL THEN coalesce(usher_migration_state, 'migrated')
      WHEN usher_disabled_at IS NOT NULL THEN 'skipped'
      WHEN usher_migration_state IS NOT NULL THEN usher_migration_state
      WHEN encrypted_password = '' OR confirmed_at IS NULL THEN 'skipped' ELSE 'legacy' END AS state FROM users)
  SELECT state,
    CASE WHEN state IN ('legacy', 'failed', 'reset_sent') THEN coalesce(to_char(
      greatest(current_sign_in_at, last_sign_in_at), 'YYYY-MM'), 'never') END AS month,
    CASE WHEN state IN ('legacy', 'failed', 'reset_sent') THEN coalesce(nullif(substring(
      encrypted_password from '^[$]?[a-z0-9_]+[$](?:(?<=[$]2a[$])[0-9]{2}[$])?'), ''), 'other') END AS format,
    CASE WHEN cognito_sub IS NOT NULL THEN to_char(usher_migration_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') END AS day,
    count(*)::int AS people
  FROM person GROUP BY 1, 2, 3, 4`;

interface Group {
  state: string;
  month: string | null;
  format: string | null;
  day: string | null;
  people: number;
}

const sumsBy = (groups: Group[], key: (group: Group) => string | null) => {
  const sums: Record<string, number> = {};
  for (const group of groups) {
    const name = key(group);
    if (name !== null) sums[name] = (sums[name] ?? 0) + group.people;
  }
  return sums;
};

const sumsOf = <Line extends { people: number }>(lines: Line[], key: (line: Line) => string) => {
  const sums: Record<string, number> = {};
  for (const line of lines) sums[key(line)] = (sums[key(line)] ?? 0) + line.people;
  return sums;
};

async function read(): Promise<MigrationProgressResponse> {
  const startedAt = performance.now();
  const { status, body } = await usher.api.get('/migration/progress?days=90', admin.headers);
  const ms = performance.now() - startedAt;
  say(`progress in ${ms.toFixed(0)} ms`);
  expect(status).toBe(200);
  expect(ms).toBeLessThan(longestAnswerMs);
  return body as unknown as MigrationProgressResponse;
}

async function expectExact(): Promise<void> {
  const progress = await read();
  const startedAt = performance.now();
  const groups = await database.sql<Group>(fullCount);
  say(`full count in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  expect(progress.people).toBe(groups.reduce((sum, group) => sum + group.people, 0));
  expect(sumsOf(progress.states, ({ state }) => state)).toEqual(sumsBy(groups, ({ state }) => state));
  expect(sumsOf(progress.lastSignIn, ({ month }) => month ?? 'never')).toEqual(
    sumsBy(groups, ({ month }) => month),
  );
  expect(sumsOf(progress.formats, ({ format }) => format)).toEqual(sumsBy(groups, ({ format }) => format));
  const moved = progress.perDay.filter(({ migrated, imported }) => migrated + imported > 0);
  expect(Object.fromEntries(moved.map(({ day, migrated, imported }) => [day, migrated + imported]))).toEqual(
    sumsBy(groups, ({ day }) => day),
  );
}

describe(`progress with ${people} people`, () => {
  it('returns the result of a full count in less than one second', expectExact, longestMs);

  it(
    'is as fast and correct after a sign-in and bulk changes of the old application',
    async () => {
      await signInWithTokens(usher.api, ada);
      await database.sql(`UPDATE users SET current_sign_in_at = now() WHERE id % 100 = 0`);
      await database.sql(
        `UPDATE users SET encrypted_password = '$2a$10$' || repeat('x', 53) WHERE id % 101 = 0`,
      );
      await database.sql(`DELETE FROM users WHERE id % 103 = 0 AND email LIKE 'person-%'`);
      await expectExact();
    },
    longestMs,
  );

  it(
    'is as fast and correct after a recount',
    async () => {
      expect((await runCommand(['migration', 'recount'], { DATABASE_URL: database.url })).status).toBe(0);
      await expectExact();
    },
    longestMs,
  );
});
