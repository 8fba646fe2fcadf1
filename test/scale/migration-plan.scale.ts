import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Plan } from '../../src/migration/migration-plan.js';
import { runCommand } from '../support/drivers/command.js';
import { createDatabase, type TestDatabase } from '../support/drivers/database.js';

const people = Number(process.env.SCALE_PLAN_USERS ?? 1_000_000);

const longestMs = 20 * 60_000;

const say = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);

/** Sound hashes of eight formats, with other characters in each row. `digits` are 64 hexadecimal digits. */
const soundHash = `(ARRAY[
  '$2a$12$' || left(digits, 21) || 'e' || left(digits, 30) || 'e',
  '$2b$13$' || left(digits, 21) || 'e' || left(digits, 30) || 'e',
  '$argon2id$v=19$m=19456,t=2,p=1$' || left(digits, 21) || 'A$' || left(digits, 42) || 'A',
  '$argon2id$v=19$m=65536,t=3,p=4$' || left(digits, 21) || 'A$' || left(digits, 42) || 'A',
  'pbkdf2_sha256$600000$' || left(digits, 22) || '$' || left(digits, 42) || 'A=',
  '$6$' || left(digits, 16) || '$' || left(digits || digits, 85) || '.',
  '$P$B' || left(digits, 8) || left(digits, 21) || '.',
  'scrypt:32768:8:1$' || left(digits, 16) || '$' || digits || digits
])[1 + n % 8]`;

/** One row of 10,000 for each fault, by the remainder. */
const every = 10_000;

const faults = {
  address_blank: [1, 2],
  address_invalid: [3, 4],
  address_duplicate: [5, 6, 7, 8],
  hash_missing: [9, 10],
  hash_unknown: [11, 12, 13],
  hash_impossible: [14, 15, 16, 17],
  blocked: [18],
  unverified: [19],
};

const email = `CASE r WHEN 1 THEN NULL WHEN 2 THEN ' ' WHEN 3 THEN 'person-' || n WHEN 4 THEN 'a b-' || n || '@example.com'
  WHEN 5 THEN 'same-' || n / ${every} || '@example.com' WHEN 6 THEN 'same-' || n / ${every} || '@example.com'
  WHEN 7 THEN 'Case-' || n / ${every} || '@Example.com' WHEN 8 THEN 'case-' || n / ${every} || '@example.com '
  ELSE 'person-' || n || '@example.com' END`;

const hash = `CASE r WHEN 9 THEN NULL WHEN 10 THEN ' ' WHEN 11 THEN 'secret' WHEN 12 THEN '{NTLM}' || left(digits, 32) WHEN 13 THEN left(digits, 32)
  WHEN 14 THEN '$2a$12$' || left(digits, 50) WHEN 15 THEN '$2a$32$' || left(digits, 21) || 'e' || left(digits, 30) || 'e'
  WHEN 16 THEN 'pbkdf2_sha256$600000$salt$' || left(digits, 40) WHEN 17 THEN '$6$salt$' || left(digits || digits, 85) || 'z'
  ELSE ${soundHash} END`;

const insert = `
  INSERT INTO users (email, encrypted_password, confirmed_at, current_sign_in_at, deleted_at)
  SELECT ${email}, ${hash}, CASE WHEN r <> 19 THEN now() END, now() - interval '1 day' * (n % 700), CASE WHEN r = 18 THEN now() END
  FROM (SELECT n, n % ${every} AS r, md5(n::text) || md5((-n)::text) AS digits FROM generate_series($1::int, $2::int) AS n) AS person`;

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
  await database.sql(`CREATE TABLE users (id bigserial PRIMARY KEY, email varchar, encrypted_password varchar,
    confirmed_at timestamp, current_sign_in_at timestamp, deleted_at timestamp)`);
  const step = 100_000;
  for (let start = 0; start < people; start += step)
    await database.sql(insert, [start, Math.min(start + step, people) - 1]);
  await database.sql('ANALYZE users');
  say(`${people} rows inserted`);
}, longestMs);
afterAll(() => database.drop(), longestMs);

describe(`the plan of ${people} users`, () => {
  it(
    'finds every planted fault and invents none',
    async () => {
      const startedAt = performance.now();
      const { status, out } = await runCommand(['migration', 'plan', '--json'], {
        DATABASE_URL: database.url,
      });
      const seconds = (performance.now() - startedAt) / 1000;
      say(`planned in ${seconds.toFixed(1)} s, ${(people / seconds).toFixed(0)} rows a second`);
      expect(status).toBe(3);
      const plan = JSON.parse(out) as Plan;
      expect(plan.rows).toBe(people);
      const expected = Object.fromEntries(
        Object.entries(faults).map(([id, remainders]) => [id, (remainders.length * people) / every]),
      );
      const [costly] = await database.sql<{ rows: number }>(
        `SELECT count(*)::int AS rows FROM users WHERE encrypted_password ~ '^(\\$2b\\$13|\\$argon2id\\$v=19\\$m=65536)'`,
      );
      const found = plan.findings.filter(({ rows }) => rows !== null);
      expect(Object.fromEntries(found.map(({ id, rows }) => [id, rows]))).toEqual({
        ...expected,
        hash_too_costly: costly?.rows,
      });
      const blocked = ['address_blank', 'address_invalid', 'address_duplicate', 'blocked', 'unverified'];
      const reset = ['hash_missing', 'hash_unknown', 'hash_impossible'];
      const sumOf = (ids: string[]) => ids.reduce((sum, id) => sum + (expected[id] ?? 0), 0);
      const rowsOf = (way: string) =>
        plan.ways.filter((line) => line.way === way).reduce((sum, { rows }) => sum + rows, 0);
      expect(rowsOf('blocked')).toBe(sumOf(blocked));
      expect(rowsOf('reset')).toBe(sumOf(reset));
      expect(rowsOf('import') + rowsOf('sign_in')).toBe(people - sumOf(blocked) - sumOf(reset));
      const rowsOfSample = await database.sql<{ remainder: number; id: string }>(
        `SELECT (id - 1)::int % ${every} AS remainder, id::text FROM users WHERE id::text = ANY ($1)`,
        [found.filter(({ id }) => id !== 'hash_too_costly').flatMap(({ sample }) => sample)],
      );
      const remainders = new Map(rowsOfSample.map(({ id, remainder }) => [id, remainder]));
      for (const [id, wanted] of Object.entries(faults)) {
        const sample = found.find((finding) => finding.id === id)?.sample ?? [];
        expect(sample.length).toBe(Math.min(20, expected[id] ?? 0));
        for (const legacyId of sample) expect(wanted).toContain(remainders.get(legacyId));
      }
    },
    longestMs,
  );
});
