import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ReadOnlySource } from '../../src/legacy/mapping.js';
import { startPostgresSource } from '../support/drivers/legacy-postgres.js';
import { until } from '../support/drivers/until.js';

const people = Number(process.env.SCALE_USERS ?? 10_000_000);
const longestMs = 60 * 60_000;

/** Numbers of rows that lookups ask for, from all parts of the table. */
const lookups = 200;
const numbers = Array.from({ length: lookups }, (_, index) => Math.floor((index * people) / lookups) + 1);

const say = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);

let world: Awaited<ReturnType<typeof startPostgresSource>>;
let source: ReadOnlySource;

beforeAll(async () => {
  world = await startPostgresSource();
  await world.create({
    name: 'people',
    columns: { id: 'bigint', email: 'text', password: 'text' },
    rows: [],
  });
  const step = 250_000;
  for (let start = 1; start <= people; start += step) {
    // Every third address has capitals.
    await world.database.sql(
      `INSERT INTO people SELECT n, CASE WHEN n % 3 = 0 THEN 'Person-' ELSE 'person-' END || n || '@example.com', '$2b$10$' || repeat('a', 53)
       FROM generate_series($1::int, $2::int) AS n`,
      [start, Math.min(start + step - 1, people)],
    );
    say(`${Math.min(start + step - 1, people)} of ${people} people`);
  }
  await world.database.sql('CREATE INDEX ON people (email)');
  await world.database.sql('ANALYZE people');
  await world.database.sql('SELECT pg_stat_force_next_flush()');
  source = await world.open({ table: 'people', columns: { id: 'id', email: 'email', hash: 'password' } });
  // The comparison of the file with the table reads one row in any order. A backend reports it together with the lookup.
  const before = await scans();
  await source.find(storedEmail(1), []);
  await until(async () => (await scans()).index > before.index, 30_000);
}, longestMs);
afterAll(async () => {
  await source.close();
  await world.close();
}, longestMs);

/** Scans of the table and of its indexes. Backends report them some time after a transaction. */
const scans = async () => {
  const [row] = await world.database.sql<{ table: number; index: number }>(
    `SELECT seq_scan::int AS table, idx_scan::int AS index FROM pg_stat_user_tables WHERE relname = 'people'`,
  );
  return row ?? { table: 0, index: 0 };
};

const storedEmail = (n: number) => `${n % 3 === 0 ? 'Person-' : 'person-'}${n}@example.com`;

describe(`find among ${people} users with only an index of the address`, () => {
  it.each<[string, (n: number) => [string, string[]], (n: number) => boolean]>([
    ['the address as typed', (n) => [storedEmail(n), []], () => true],
    ['the address in lower case', (n) => [`PERSON-${n}@Example.com`, []], (n) => n % 3 !== 0],
    ['a known id', (n) => [`person-${n}@example.com`, [String(n)]], () => true],
    ['an unknown address', (n) => [`nobody-${n}@example.com`, []], () => false],
  ])('by %s uses an index', async (_by, argumentsOf, isFound) => {
    const before = await scans();
    const startedAt = performance.now();
    for (const n of numbers) {
      const { user } = await source.find(...argumentsOf(n));
      expect(user?.id).toBe(isFound(n) ? String(n) : undefined);
    }
    say(`${((performance.now() - startedAt) / lookups).toFixed(2)} ms for each lookup`);
    await until(async () => (await scans()).index >= before.index + lookups, 30_000);
    expect((await scans()).table).toBe(before.table);
  });
});
