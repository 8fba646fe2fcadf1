import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { createDeviseDatabase } from '../support/drivers/database.js';
import {
  answerTo,
  challengeOf,
  createPoolUser,
  invite,
  poolPassword,
  temporaryPassword,
} from '../support/builders/pool-users.js';
import { ada, signInWithTokens } from '../support/drivers/sessions.js';
import { startUsher, type Usher } from '../support/drivers/usher.js';

interface Tracked {
  count: number;
  current: string | null;
  last: string | null;
  currentIp: string | null;
  lastIp: string | null;
  /** Whether the newest time is within a minute of now, in UTC. */
  isNow: boolean;
}

const select = `
  SELECT sign_in_count AS count, current_sign_in_at::text AS current, last_sign_in_at::text AS last,
    host(current_sign_in_ip) AS "currentIp", host(last_sign_in_ip) AS "lastIp",
    abs(extract(epoch FROM (now() AT TIME ZONE 'UTC') - current_sign_in_at)) < 60
      AND updated_at = current_sign_in_at AS "isNow"
  FROM users WHERE email = $1`;

/** Polls, because no request waits for the counting. */
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 10_000; Date.now() < end;) {
    const found = await look();
    if (found !== undefined) return found;
    // Reading the log alone would never yield to the event loop.
    await setImmediate();
  }
  throw new Error('it did not happen');
}

const tracked = async ({ database }: Usher, email: string) =>
  (await database.sql<Tracked>(select, [email]))[0];

const afterSignIns = (usher: Usher, email: string, count: number): Promise<Tracked> =>
  until(async () => {
    const row = await tracked(usher, email);
    return row?.count === count ? row : undefined;
  });

describe('sign-ins are counted as Devise counts them', () => {
  let usher: Usher;
  beforeAll(async () => {
    const database = await createDeviseDatabase();
    await database.sql(
      `ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET timezone = 'America/New_York'`,
    );
    usher = await startUsher({ database, environment: { TRUSTED_PROXIES: '127.0.0.1' } });
  });
  afterAll(() => usher.close());

  const from = (address: string) => ({ 'x-forwarded-for': address });
  const signIn = (email: string, password: string, address: string) =>
    usher.api.post('/auth/sign-in', { email, password }, from(address));

  it('writes both pairs at the first sign-in, and moves the current pair to the last one later', async () => {
    await createPoolUser(usher, 'ann@example.com');
    await signIn('ann@example.com', poolPassword, '203.0.113.7');
    const first = await afterSignIns(usher, 'ann@example.com', 1);
    expect(first).toMatchObject({ currentIp: '203.0.113.7', lastIp: '203.0.113.7', isNow: true });
    expect(first.last).toBe(first.current);
    await signIn('ann@example.com', poolPassword, '2001:db8::7');
    const second = await afterSignIns(usher, 'ann@example.com', 2);
    expect(second).toMatchObject({ currentIp: '2001:db8::7', lastIp: '203.0.113.7', isNow: true });
    expect(second.last).toBe(first.current);
    expect(second.current).not.toBe(first.current);
  });

  it('continues the counts of Devise', async () => {
    await usher.database.sql(
      `UPDATE users SET sign_in_count = 41, current_sign_in_at = '2020-02-02 02:02:02', last_sign_in_at = '2019-01-01',
         current_sign_in_ip = '192.0.2.1', last_sign_in_ip = '192.0.2.2' WHERE id = $1`,
      [ada.id],
    );
    await signIn(ada.email, ada.password, '203.0.113.8');
    expect(await afterSignIns(usher, ada.email, 42)).toMatchObject({
      ...{ last: '2020-02-02 02:02:02', lastIp: '192.0.2.1', currentIp: '203.0.113.8', isNow: true },
    });
  });

  it('does not count refusals, challenges or refreshes', async () => {
    await invite(usher, 'bea@example.com');
    await signIn('bea@example.com', 'wrong-1', '203.0.113.9');
    const challenge = challengeOf(await signIn('bea@example.com', temporaryPassword, '203.0.113.9'));
    const answers = { NEW_PASSWORD: poolPassword };
    const { body } = await answerTo(usher, challenge, answers, from('203.0.113.10'));
    await usher.api.post('/auth/refresh', { refreshToken: body.tokens?.refreshToken });
    // A further sign-in shows that no earlier count is outstanding.
    await signIn('bea@example.com', poolPassword, '203.0.113.11');
    const row = await afterSignIns(usher, 'bea@example.com', 2);
    expect(row).toMatchObject({ lastIp: '203.0.113.10', currentIp: '203.0.113.11' });
  });

  it('records no IP address for an invalid client address', async () => {
    await createPoolUser(usher, 'cyd@example.com');
    await signIn('cyd@example.com', poolPassword, 'unknown');
    expect(await afterSignIns(usher, 'cyd@example.com', 1)).toMatchObject({ currentIp: null, isNow: true });
  });
});

describe('sign-in tracking', () => {
  let usher: Usher;
  beforeEach(async () => {
    usher = await startUsher();
  });
  afterEach(() => usher.close());

  it('does not delay the answer, and completes before the process exits', async () => {
    await signInWithTokens(usher.api);
    const { count } = await afterSignIns(usher, ada.email, 1);
    const blocker = await usher.database.connect();
    await blocker.query('BEGIN');
    await blocker.query('SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE', [ada.id]);
    const another = await usher.startBeside();
    await signInWithTokens(another.api);
    expect((await tracked(usher, ada.email))?.count).toBe(count);
    const closing = another.close();
    await blocker.query('COMMIT');
    await closing;
    const row = await tracked(usher, ada.email);
    expect(row?.count).toBe(count + 1);
  });

  it('does not fail a sign-in when it fails, and logs the error', async () => {
    await signInWithTokens(usher.api);
    await afterSignIns(usher, ada.email, 1);
    await usher.database.sql(
      `ALTER TABLE users ADD CONSTRAINT no_more CHECK (sign_in_count < 2 OR id <> ${ada.id}) NOT VALID`,
    );
    await signInWithTokens(usher.api);
    const line = await until(async () =>
      usher.logLines().find((text) => text.includes('failed to record a sign-in')),
    );
    const lines = usher.logLines().filter((text) => text.includes('failed to record a sign-in'));
    expect(JSON.parse(line)).toMatchObject({ level: 'warn', error: { code: '23514' } });
    expect(lines).toHaveLength(1);
  });
});

describe('a users table without the columns of trackable', () => {
  it('is not changed, with one log message for the operator', async () => {
    const database = await createDeviseDatabase();
    await database.sql('ALTER TABLE users DROP COLUMN current_sign_in_ip, DROP COLUMN last_sign_in_ip');
    const usher = await startUsher({ database });
    const told = usher.logLines().filter((line) => line.includes('columns of Devise trackable'));
    const another = await usher.startBeside();
    await signInWithTokens(another.api);
    await signInWithTokens(another.api);
    await another.close();
    const [row] = await database.sql('SELECT sign_in_count FROM users WHERE id = $1', [ada.id]);
    const lines = usher.logLines().filter((line) => line.includes('sign-in tracking is off'));
    await usher.close();
    expect(row).toEqual({ sign_in_count: 0 });
    // One message from each of the two processes.
    expect(told).toHaveLength(1);
    expect(lines).toHaveLength(2);
  });
});
