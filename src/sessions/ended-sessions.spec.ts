import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Clock } from '../platform/clock/clock.js';
import { Log } from '../platform/logging/log.js';
import { captureLog } from '../../test/support/output.js';
import { EndedSessions } from './ended-sessions.js';
import type { SessionsRepository } from './persistence/sessions.repository.js';

class MovableClock extends Clock {
  time = Date.UTC(2026, 0, 1);
  override now() {
    return new Date(this.time);
  }
}

/** What the table says, and how often it was asked from when on. */
class TableOfEnded {
  ended: string[] = [];
  signOuts: { sub: string; at: number }[] = [];
  isAway = false;
  asked: (string | undefined)[] = [];

  async endedSince(readAt: string | undefined) {
    this.asked.push(readAt);
    if (this.isAway) throw new Error('away');
    return { readAt: `read ${this.asked.length}`, ended: this.ended, signOuts: this.signOuts };
  }
}

const day = 24 * 3600 * 1000;

describe('EndedSessions', () => {
  const clock = new MovableClock();
  let table: TableOfEnded;
  let sessions: EndedSessions;
  let output: ReturnType<typeof captureLog>;

  beforeEach(async () => {
    jest.useFakeTimers();
    output = captureLog();
    table = new TableOfEnded();
    sessions = new EndedSessions(table as unknown as SessionsRepository, clock, new Log());
    table.ended = ['before the start'];
    await sessions.onApplicationBootstrap();
    table.ended = [];
  });
  afterEach(async () => {
    await sessions.beforeApplicationShutdown();
    output.restore();
    jest.useRealTimers();
  });

  const has = (originJti: string | undefined) => sessions.has({ originJti, sub: 'somebody', authTime: 1000 });
  const second = () => jest.advanceTimersByTimeAsync(1000);

  it('knows what ended before the start, here and, within a second, elsewhere', async () => {
    expect(has('before the start')).toBe(true);
    sessions.add('here');
    expect(has('here')).toBe(true);
    table.ended = ['elsewhere'];
    await second();
    expect(has('elsewhere')).toBe(true);
    expect(has('never')).toBe(false);
    expect(has(undefined)).toBe(false);
    expect(table.asked).toEqual([undefined, 'read 1']);
  });

  it('forgets what no access token can belong to any more', async () => {
    clock.time += day - 1;
    await second();
    sessions.add('later');
    expect(has('before the start')).toBe(true);
    clock.time += 1;
    await second();
    expect(has('before the start')).toBe(false);
    expect(has('later')).toBe(true);
  });

  it('keeps what it knows while the database is away, says so once, and misses nothing', async () => {
    table.isAway = true;
    await second();
    await second();
    expect(has('before the start')).toBe(true);
    expect(output.lines().filter((line) => line.includes('cannot be read'))).toHaveLength(1);
    table.isAway = false;
    await second();
    expect(table.asked).toEqual([undefined, 'read 1', 'read 1', 'read 1']);
  });

  it('knows who signed out everywhere, and what they have begun since', async () => {
    const of = (sub: string, authTime: number) =>
      sessions.has({ originJti: 'of another product', sub, authTime });
    table.signOuts = [{ sub: 'ada', at: 2000 }];
    await second();
    expect([of('ada', 1999), of('ada', 2000), of('bob', 1999)]).toEqual([true, false, false]);
    sessions.addSignOut('bob', 3000);
    expect(of('bob', 2999)).toBe(true);
    table.signOuts = [];
    clock.time += day;
    await second();
    expect([of('ada', 1999), of('bob', 2999)]).toEqual([false, false]);
  });
});
