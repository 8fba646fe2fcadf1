import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { allMailsSent } from '../support/drivers/mails.js';
import { until } from '../support/drivers/until.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher();

const people = 60;
const longestMs = 60_000;
const link = 'https://app.example.com/forgot';

const invited = async () => {
  const [row] = await usher.database.sql<{ count: number }>(
    'SELECT count(*)::int AS count FROM usher.invitations',
  );
  return row?.count ?? 0;
};

function startInviting(rate: number) {
  const main = join(import.meta.dirname, '../../dist/src/cli/main.js');
  const { DATABASE_URL, SESSION_SECRETS } = usher.variables;
  const argv = ['migration', 'invite', '--link', link, '--rate', String(rate), '--yes', '--json'];
  const child = spawn(process.execPath, [main, ...argv], {
    env: { PATH: process.env.PATH, DATABASE_URL, SESSION_SECRETS },
  });
  const output = { out: '', err: '' };
  child.stdout.on('data', (data: Buffer) => (output.out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output.err += data.toString()));
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  return { child, closed, output };
}

const withoutProgress = (err: string) => err.replace(/^invited \d+ \.\.\.\n/gm, '');

async function completeInviting() {
  let answer: { mails?: number } = {};
  await until(async () => {
    const { closed, output } = startInviting(6000);
    const [status] = await closed;
    // PostgreSQL may not have noticed yet that the other process is gone.
    if (output.err.includes('Another process')) return false;
    expect({ status, err: withoutProgress(output.err) }).toEqual({ status: 0, err: '' });
    answer = JSON.parse(output.out) as { mails: number };
    return true;
  }, longestMs);
  return answer.mails;
}

/** Stops a command after the record of a person and before the mail. @returns ends its connection, as PostgreSQL does later */
async function stopBeforePosting() {
  const blocker = await usher.database.connect();
  await blocker.query('BEGIN; LOCK TABLE usher.outbox IN SHARE MODE');
  const posting = `FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO "usher"."outbox"%'`;
  await until(async () => (await usher.database.sql(`SELECT ${posting}`)).length > 0, longestMs);
  return async () => {
    await usher.database.sql(`SELECT pg_terminate_backend(pid, 10000) ${posting}`);
    await blocker.query('ROLLBACK');
  };
}

it.each<NodeJS.Signals>(['SIGKILL', 'SIGINT'])(
  'invitations that %s ends are completed by the next run, and nobody is mailed twice',
  async (signal) => {
    await usher.database.sql('DELETE FROM usher.invitations');
    await usher.database.sql('DELETE FROM users');
    await usher.database.sql(
      `INSERT INTO users (email, encrypted_password, confirmed_at, created_at, updated_at)
       SELECT lower($1) || n || '@example.org', '$2a$10$' || repeat('a', 53), now(), now(), now() FROM generate_series(1, $2) AS n`,
      [signal, people],
    );
    const { child, closed, output } = startInviting(120);
    await until(async () => (await invited()) >= 3, longestMs);
    const release = signal === 'SIGKILL' ? await stopBeforePosting() : undefined;
    child.kill(signal);
    expect(await closed).toEqual([null, signal]);
    await release?.();
    const before = await invited();
    expect(before).toBeLessThan(people);
    const stopped = `Stopped after ${before} mails. The next run continues there.\n`;
    expect(withoutProgress(output.err)).toBe(signal === 'SIGINT' ? stopped : '');
    expect(output.out).toBe('');
    expect(await completeInviting()).toBe(people - before);
    await allMailsSent(usher);
    const recipients = usher.mail
      .messages()
      .filter(({ text }) => text.includes(link))
      .flatMap(({ to }) => to)
      .filter((address) => address.startsWith(signal.toLowerCase()));
    expect(recipients).toHaveLength(people);
    expect(new Set(recipients).size).toBe(people);
  },
  3 * longestMs,
);

it(
  'two commands at the same time mail nobody twice',
  async () => {
    await usher.database.sql('DELETE FROM usher.invitations');
    // One mail a minute, so that it runs until it is ended.
    const first = startInviting(1);
    await until(async () => (await invited()) === 1, longestMs);
    const second = startInviting(6000);
    expect(await second.closed).toEqual([1, null]);
    expect(second.output.err).toContain('Another process invites people. Try again later.');
    first.child.kill('SIGINT');
    expect(await first.closed).toEqual([null, 'SIGINT']);
    expect(await completeInviting()).toBe(people - 1);
    expect(await invited()).toBe(people);
  },
  3 * longestMs,
);
