import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AppError } from '../platform/errors/app-error.js';
import { Clock } from '../platform/clock/clock.js';
import { Log } from '../platform/logging/log.js';
import { captureLog } from '../../test/support/output.js';
import { DatabaseClock } from './database-clock.js';
import { EndedSessions } from './ended-sessions.js';
import type { SessionsRepository, SignOut } from './persistence/sessions.repository.js';
import { SignOutTimes } from './sign-out-times.js';

class MovableClock extends Clock {
  time = Date.UTC(2026, 0, 1);
  override now() {
    return new Date(this.time);
  }
}

/** What the table says, and how often it was asked from when on. */
class TableOfEnded {
  ended: string[] = [];
  signOuts: SignOut[] = [];
  /** What a look for one person finds; by default what the last poll brought. */
  found: SignOut[] | undefined;
  looks = 0;
  isAway = false;
  asked: (string | undefined)[] = [];

  async endedSince(readAt: string | undefined) {
    this.asked.push(readAt);
    if (this.isAway) throw new Error('away');
    const { ended, signOuts } = this;
    return { readAt: `read ${this.asked.length}`, ended, signOuts, databaseTime: Date.UTC(2026, 0, 1) };
  }

  async findSignOut(sub: string) {
    this.looks += 1;
    if (this.isAway) throw new AppError('overloaded');
    return (this.found ?? this.signOuts).find((signOut) => signOut.sub === sub);
  }
}

const hour = 3600 * 1000;
const day = 24 * hour;

const signOut = (sub: string, refusedThrough: number, kept: string[] = []): SignOut => ({
  sub,
  refusedThrough,
  kept,
  signedOutAt: '2026-01-01 00:00:00.000001+00',
});

describe('EndedSessions', () => {
  const clock = new MovableClock();
  let table: TableOfEnded;
  let sessions: EndedSessions;
  let output: ReturnType<typeof captureLog>;

  beforeEach(async () => {
    jest.useFakeTimers();
    output = captureLog();
    table = new TableOfEnded();
    const repository = table as unknown as SessionsRepository;
    const times = new SignOutTimes(repository, clock, new DatabaseClock(clock));
    sessions = new EndedSessions(repository, times, clock, new Log());
    table.ended = ['before the start'];
    await sessions.onApplicationBootstrap();
    table.ended = [];
  });
  afterEach(async () => {
    await sessions.beforeApplicationShutdown();
    output.restore();
    jest.useRealTimers();
  });

  /** Seconds since 1970, `seconds` ago. */
  const ago = (seconds: number) => clock.time / 1000 - seconds;
  const has = (originJti: string | undefined) =>
    sessions.has({ originJti, sub: 'somebody', authTime: ago(1) });
  const second = () => jest.advanceTimersByTimeAsync(1000);

  it('knows what ended before the start, here and, within a second, elsewhere', async () => {
    expect(await has('before the start')).toBe(true);
    sessions.add('here');
    expect(await has('here')).toBe(true);
    table.ended = ['elsewhere'];
    await second();
    expect(await has('elsewhere')).toBe(true);
    expect(await has('never')).toBe(false);
    expect(await has(undefined)).toBe(false);
    expect(table.asked).toEqual([undefined, 'read 1']);
  });

  it('forgets what no access token can belong to any more', async () => {
    clock.time += day - 1;
    await second();
    sessions.add('later');
    expect(await has('before the start')).toBe(true);
    clock.time += 1;
    await second();
    expect(await has('before the start')).toBe(false);
    expect(await has('later')).toBe(true);
  });

  it('keeps what it knows while the database is away, says so once, and misses nothing', async () => {
    table.isAway = true;
    await second();
    await second();
    expect(await has('before the start')).toBe(true);
    expect(output.lines().filter((line) => line.includes('cannot be read'))).toHaveLength(1);
    table.isAway = false;
    await second();
    expect(table.asked).toEqual([undefined, 'read 1', 'read 1', 'read 1']);
  });

  const of = (sub: string, authTime: number, originJti: string | undefined = 'of another product') =>
    sessions.has({ originJti, sub, authTime });

  it('knows who signed out everywhere, what began since, and what goes on', async () => {
    table.signOuts = [signOut('ada', ago(10), ['kept'])];
    await second();
    expect([await of('ada', ago(10)), await of('ada', ago(9)), await of('bob', ago(10))]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await of('ada', ago(10), 'kept')).toBe(false);
    table.found = [signOut('bob', ago(5))];
    sessions.addSignOut(signOut('bob', ago(5)));
    expect([await of('bob', ago(5)), await of('bob', ago(4))]).toEqual([true, false]);
  });

  it('asks the database once more before it refuses a family that another process may have admitted', async () => {
    table.signOuts = [signOut('ada', ago(10))];
    await second();
    table.found = [signOut('ada', ago(10), ['admitted elsewhere'])];
    expect(await of('ada', ago(10), 'admitted elsewhere')).toBe(false);
    expect(await of('ada', ago(10), 'any other')).toBe(true);
    table.isAway = true;
    expect(await of('ada', ago(10), 'any other')).toBe(true);
  });

  it('looks up whether the token of an old session was refused long ago, and remembers it for an hour', async () => {
    table.found = [signOut('ada', ago(400 * 24 * 3600))];
    expect(await of('ada', ago(500 * 24 * 3600))).toBe(true);
    table.looks = 0;
    expect(await of('ada', ago(300 * 24 * 3600))).toBe(false);
    expect(await of('bob', ago(300 * 24 * 3600))).toBe(false);
    expect(await of('bob', ago(300 * 24 * 3600))).toBe(false);
    expect(table.looks).toBe(1);
    // Of a young one everything is in memory.
    expect(await of('carol', ago(24 * 3600 - 1))).toBe(false);
    expect(table.looks).toBe(1);
    table.isAway = true;
    await expect(of('carol', ago(24 * 3600 + 1))).rejects.toMatchObject({ code: 'overloaded' });
  });

  it('keeps a sign-out in memory for longer than a session counts as young', async () => {
    sessions.addSignOut(signOut('ada', ago(0)));
    table.found = [signOut('ada', ago(0))];
    clock.time += day;
    await second();
    table.isAway = true;
    expect(await of('ada', ago(24 * 3600))).toBe(true);
    table.isAway = false;
    clock.time += hour;
    await second();
    expect(await of('ada', ago(25 * 3600))).toBe(true);
  });
});
