import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { openSourceUsher } from '../support/drivers/source-usher.js';
import { until } from '../support/drivers/until.js';

const usher = openSourceUsher();

const people = 20_000;
const longestMs = 60_000;

const copied = async () => {
  const [row] = await usher.database.sql<{ people: number }>(
    'SELECT count(*)::int AS people FROM users WHERE usher_legacy_skipped IS NULL',
  );
  return row?.people ?? 0;
};

function startSync() {
  const main = join(import.meta.dirname, '../../dist/src/cli/main.js');
  const { DATABASE_URL, LEGACY_SOURCE, LEGACY_DATABASE_URL, SESSION_SECRETS } = usher.variables;
  const child = spawn(process.execPath, [main, 'source', 'sync', '--json'], {
    env: { PATH: process.env.PATH, DATABASE_URL, LEGACY_SOURCE, LEGACY_DATABASE_URL, SESSION_SECRETS },
  });
  const output = { out: '', err: '' };
  child.stdout.on('data', (data: Buffer) => (output.out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output.err += data.toString()));
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  return { child, closed, output };
}

const withoutProgress = (err: string) => err.replace(/^read \d+ rows \.\.\.\n/gm, '');

async function completeSync() {
  let answer: unknown;
  await until(async () => {
    const { closed, output } = startSync();
    const [status] = await closed;
    // PostgreSQL may not have noticed yet that the other process is gone.
    if (output.err.includes('Another process')) return false;
    expect({ status, err: withoutProgress(output.err) }).toEqual({ status: 0, err: '' });
    answer = JSON.parse(output.out);
    return true;
  }, longestMs);
  return answer;
}

/** Starts a sync, and stops it at a page in the middle by a lock at the source. */
async function inTheMiddle(signal: NodeJS.Signals) {
  const { child, closed, output } = startSync();
  await until(async () => (await copied()) > 0, longestMs);
  const release = await usher.source.stall?.('people');
  const before = await copied();
  expect(before).toBeLessThan(people);
  child.kill(signal);
  if (signal !== 'SIGKILL') await release?.();
  expect(await closed).toEqual([null, signal]);
  if (signal === 'SIGKILL') await release?.();
  return output;
}

it.each<[NodeJS.Signals, string]>([
  ['SIGKILL', ''],
  ['SIGINT', 'Stopped. The next run continues after the last page.\n'],
])(
  'a sync that %s ends is completed by the next run, and nobody is gone',
  async (signal, err) => {
    await usher.source.database.sql('TRUNCATE people');
    await usher.database.sql('DELETE FROM users');
    await completeSync();
    await usher.source.database.sql(
      `INSERT INTO people (id, email, password, verified, blocked)
       SELECT n, 'p' || n || '@example.org', '$2b$10$' || repeat('a', 53), true, false FROM generate_series(1, $1) AS n`,
      [people],
    );
    expect(withoutProgress((await inTheMiddle(signal)).err)).toBe(err);
    const [state] = await usher.database.sql<{ rows: number }>('SELECT rows::int FROM usher.source_syncs');
    expect(state?.rows).toBe(await copied());
    expect(state?.rows).toBeLessThan(people);
    expect(await completeSync()).toEqual({ rows: people, gone: 0, blocked: 0, applied: true });
    expect(await copied()).toBe(people);
  },
  3 * longestMs,
);
