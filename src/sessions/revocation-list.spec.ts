import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AppError } from '../common/errors/app-error.js';
import { Clock } from '../common/clock/clock.js';
import { Log } from '../common/logging/log.js';
import { captureLog } from '../../test/support/drivers/output.js';
import { RevocationList } from './revocation-list.js';
import type { SessionsRepository, SignOut } from './persistence/sessions.repository.js';
import { SignOutTimes } from './sign-out-times.js';

class MovableClock extends Clock {
  time = Date.UTC(2026, 0, 1);
  override now() {
    return new Date(this.time);
  }
}

/** Fake of the repository that counts reads. */
class FakeRepository {
  revoked: string[] = [];
  signOuts: SignOut[] = [];
  /** Rows that `findSignOut` searches; `signOuts` by default. */
  found: SignOut[] | undefined;
  lookups = 0;
  isUnavailable = false;
  reads: (string | undefined)[] = [];

  async revokedSince(readAt: string | undefined) {
    this.reads.push(readAt);
    if (this.isUnavailable) throw new Error('unavailable');
    const { revoked, signOuts } = this;
    return { readAt: `read ${this.reads.length}`, revoked, signOuts, databaseTime: Date.UTC(2026, 0, 1) };
  }

  /** Families that were revoked too long ago for `revokedSince`. */
  families: string[] = [];

  async findRevocation(sub: string, originJti: string | undefined) {
    this.lookups += 1;
    if (this.isUnavailable) throw new AppError('overloaded');
    return {
      signOut: (this.found ?? this.signOuts).find((signOut) => signOut.sub === sub),
      familyRevoked: originJti !== undefined && this.families.includes(originJti),
    };
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

describe('RevocationList', () => {
  const clock = new MovableClock();
  let table: FakeRepository;
  let sessions: RevocationList;
  let output: ReturnType<typeof captureLog>;

  beforeEach(async () => {
    jest.useFakeTimers();
    output = captureLog();
    table = new FakeRepository();
    const repository = table as unknown as SessionsRepository;
    const times = new SignOutTimes(repository, clock);
    sessions = new RevocationList(repository, times, clock, new Log());
    table.revoked = ['before the start'];
    await sessions.onApplicationBootstrap();
    table.revoked = [];
  });
  afterEach(async () => {
    await sessions.beforeApplicationShutdown();
    output.restore();
    jest.useRealTimers();
  });

  /** Seconds since 1970, `seconds` before now. */
  const ago = (seconds: number) => clock.time / 1000 - seconds;
  const has = (originJti: string | undefined) =>
    sessions.has({ originJti, sub: 'somebody', authTime: ago(1) });
  const second = () => jest.advanceTimersByTimeAsync(1000);

  it('has families revoked before the start, in this process, and within 1 second in other processes', async () => {
    expect(await has('before the start')).toBe(true);
    sessions.add('here');
    expect(await has('here')).toBe(true);
    table.revoked = ['elsewhere'];
    await second();
    expect(await has('elsewhere')).toBe(true);
    expect(await has('never')).toBe(false);
    expect(await has(undefined)).toBe(false);
    expect(table.reads).toEqual([undefined, 'read 1']);
  });

  it('keeps a family in memory for longer than a session counts as recent', async () => {
    clock.time += day + hour - 1;
    await second();
    sessions.add('later');
    expect(await has('before the start')).toBe(true);
    clock.time += 1;
    await second();
    expect(await has('before the start')).toBe(false);
    expect(await has('later')).toBe(true);
  });

  it('keeps its entries while the database is unavailable, logs one error, and misses no revocation', async () => {
    table.isUnavailable = true;
    await second();
    await second();
    expect(await has('before the start')).toBe(true);
    expect(output.lines().filter((line) => line.includes('failed to read revoked sessions'))).toHaveLength(1);
    table.isUnavailable = false;
    await second();
    expect(table.reads).toEqual([undefined, 'read 1', 'read 1', 'read 1']);
  });

  const of = (sub: string, authTime: number, originJti: string | undefined = 'of another product') =>
    sessions.has({ originJti, sub, authTime });

  it('refuses sessions from before a sign-out everywhere, but neither later ones nor kept token families', async () => {
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

  it('reads the database before it refuses a token family that another process may have admitted', async () => {
    table.signOuts = [signOut('ada', ago(10))];
    await second();
    table.found = [signOut('ada', ago(10), ['admitted elsewhere'])];
    expect(await of('ada', ago(10), 'admitted elsewhere')).toBe(false);
    expect(await of('ada', ago(10), 'any other')).toBe(true);
    table.isUnavailable = true;
    expect(await of('ada', ago(10), 'any other')).toBe(true);
  });

  it('looks up the sign-out of an old session in the database and caches the result for 1 hour', async () => {
    table.found = [signOut('ada', ago(400 * 24 * 3600))];
    expect(await of('ada', ago(500 * 24 * 3600))).toBe(true);
    table.lookups = 0;
    expect(await of('ada', ago(300 * 24 * 3600))).toBe(false);
    expect(await of('bob', ago(300 * 24 * 3600))).toBe(false);
    expect(await of('bob', ago(300 * 24 * 3600))).toBe(false);
    expect(table.lookups).toBe(1);
    // Every sign-out that can refuse a recent session is in memory.
    expect(await of('carol', ago(24 * 3600 - 1))).toBe(false);
    expect(table.lookups).toBe(1);
    table.isUnavailable = true;
    await expect(of('carol', ago(24 * 3600 + 1))).rejects.toMatchObject({ code: 'overloaded' });
  });

  it('looks up the family of an old session with the same query, and caches the result for 1 hour', async () => {
    table.families = ['revoked last year'];
    const old = ago(24 * 3600 + 1);
    expect(await of('ada', old, 'revoked last year')).toBe(true);
    expect(await of('ada', old, 'live')).toBe(false);
    expect(table.lookups).toBe(2);
    expect(await of('ada', old, 'revoked last year')).toBe(true);
    expect(await of('ada', old, 'live')).toBe(false);
    expect(table.lookups).toBe(2);
    expect(await of('ada', ago(24 * 3600 - 1), 'recent')).toBe(false);
    expect(table.lookups).toBe(2);
  });

  it('looks up the family of an old session although a sign-out of its user is in memory', async () => {
    sessions.addSignOut(signOut('ada', ago(400 * 24 * 3600)));
    table.families = ['revoked last year'];
    expect(await of('ada', ago(24 * 3600 + 1), 'revoked last year')).toBe(true);
  });

  it('keeps a sign-out in memory for longer than a session counts as recent', async () => {
    sessions.addSignOut(signOut('ada', ago(0)));
    table.found = [signOut('ada', ago(0))];
    clock.time += day;
    await second();
    table.isUnavailable = true;
    expect(await of('ada', ago(24 * 3600))).toBe(true);
    table.isUnavailable = false;
    clock.time += hour;
    await second();
    expect(await of('ada', ago(25 * 3600))).toBe(true);
  });
});
