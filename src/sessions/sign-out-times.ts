import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../common/clock/clock.js';
import { isAppError } from '../common/errors/app-error.js';
import type { Principal } from '../common/http/caller.decorators.js';
import { type RevocationState, SessionsRepository, type SignOut } from './persistence/sessions.repository.js';

const hourMs = 3600 * 1000;

/** Sign-outs that refuse a session older than this may no longer be in memory. */
const oldSessionMs = 24 * hourMs;

/** 1 hour longer than `oldSessionMs`, because Cognito's clock differs from ours. */
const retentionMs = 25 * hourMs;

/** About 500 bytes each. The TTL is below `retentionMs`: while an entry is cached, a newer sign-out is in memory. */
const olderOptions = { max: 10_000, ttl: hourMs };

interface Known {
  signOut: SignOut;
  /** When this process learned of it (`Clock.elapsed`, milliseconds). */
  learntAt: number;
  until: number;
}

export interface SignInStart {
  /** By PostgreSQL's clock (milliseconds since 1970); may be early, never late. */
  at: number;
  /** By this process's `Clock.elapsed` (milliseconds), if the sign-in began in this process. */
  elapsed?: number;
}

export type Bearer = Pick<Principal, 'originJti' | 'sub' | 'authTime'>;

/**
 * When users signed out everywhere or got a new password: earlier access tokens are refused, whichever app client they
 * were issued to. The sign-outs of the last 25 hours are in memory, about 500 bytes each, at most 1 second behind other
 * processes; for the token of an older session the database is read.
 */
@Injectable()
export class SignOutTimes {
  private readonly recent = new Map<string, Known>();
  private readonly databaseClock: DatabaseClock;
  private readonly older = new LRUCache<string, RevocationState>(olderOptions);

  constructor(
    private readonly sessions: SessionsRepository,
    private readonly clock: Clock,
  ) {
    this.databaseClock = new DatabaseClock(clock);
  }

  /** @param databaseTime PostgreSQL's time in the same response (milliseconds since 1970) */
  learn(signOuts: SignOut[], databaseTime: number): void {
    this.databaseClock.learn(databaseTime);
    for (const signOut of signOuts) this.add(signOut);
  }

  forgetDatabaseTime(): void {
    this.databaseClock.reset();
  }

  /**
   * Reads the database only if PostgreSQL's time is unknown, as after an outage.
   * @returns the start of a sign-in that begins now
   * @throws AppError `overloaded`
   */
  async startOfSignIn(): Promise<SignInStart> {
    const elapsed = this.clock.elapsed();
    const known = this.databaseClock.now();
    if (known !== undefined) return { at: known, elapsed };
    const at = await this.sessions.readTime();
    this.databaseClock.learn(at);
    return { at, elapsed };
  }

  add(signOut: SignOut): void {
    const known = this.recent.get(signOut.sub);
    const isKnown = known?.signOut.signedOutAt === signOut.signedOutAt;
    this.recent.set(signOut.sub, {
      signOut,
      learntAt: isKnown ? known.learntAt : this.clock.elapsed(),
      until: isKnown ? known.until : this.clock.now().getTime() + retentionMs,
    });
  }

  /**
   * @returns whether a sign-out refuses the token, or its family is revoked. A family that was revoked within the last 24 hours
   * may be missed: `RevocationList` has it.
   * @throws AppError `overloaded` for a session older than 24 hours if the database is unavailable
   */
  async refuses(bearer: Bearer): Promise<boolean> {
    const recent = this.recent.get(bearer.sub)?.signOut;
    if (recent && isRefused(bearer, recent)) return this.isStillRefused(bearer);
    const older = await this.findOlder(bearer);
    if (older?.familyRevoked) return true;
    if (recent || !older?.signOut || !isRefused(bearer, older.signOut)) return false;
    return this.isStillRefused(bearer);
  }

  /** Like `refuses`, but always reads the database. @throws AppError `overloaded` if it is unavailable */
  async refusesByDatabase(bearer: Bearer): Promise<boolean> {
    const { familyRevoked, signOut } = await this.sessions.findRevocation(bearer.sub, bearer.originJti);
    return familyRevoked || (signOut !== undefined && isRefused(bearer, signOut));
  }

  /** @returns `signedOutAt` of the user's last sign-out, if this process knew of it before the sign-in began */
  knownBefore(sub: string, { elapsed }: SignInStart): string | undefined {
    const known = this.recent.get(sub);
    if (known === undefined || elapsed === undefined || known.learntAt > elapsed) return undefined;
    return known.signOut.signedOutAt;
  }

  /** @returns whether this process knows of a sign-out of the user since the sign-in began */
  hasSignedOutSince(sub: string, { at }: SignInStart): boolean {
    const known = this.recent.get(sub);
    return known !== undefined && Date.parse(known.signOut.signedOutAt) >= at;
  }

  /** Like `hasSignedOutSince`, but always reads the database. @throws AppError `overloaded` if it is unavailable */
  async hasSignedOutSinceByDatabase(sub: string, { at }: SignInStart): Promise<boolean> {
    const { signOut } = await this.sessions.findRevocation(sub, undefined);
    return signOut !== undefined && Date.parse(signOut.signedOutAt) >= at;
  }

  removeExpired(): void {
    const now = this.clock.now().getTime();
    for (const [sub, { until }] of this.recent) if (until <= now) this.recent.delete(sub);
  }

  private async findOlder({ sub, originJti, authTime }: Bearer): Promise<RevocationState | undefined> {
    if (authTime * 1000 >= this.clock.now().getTime() - oldSessionMs) return undefined;
    const key = `${sub} ${originJti ?? ''}`;
    const known = this.older.get(key);
    if (known) return known;
    const found = await this.sessions.findRevocation(sub, originJti);
    this.older.set(key, found);
    return found;
  }

  /** Another process may have created the session within the last second. */
  private async isStillRefused(bearer: Bearer): Promise<boolean> {
    if (bearer.originJti === undefined) return true;
    try {
      return await this.refusesByDatabase(bearer);
    } catch (error) {
      if (isAppError(error, 'overloaded')) return true;
      throw error;
    }
  }
}

const isRefused = ({ authTime, originJti }: Bearer, signOut: SignOut): boolean =>
  authTime <= signOut.refusedThrough && (originJti === undefined || !signOut.kept.includes(originJti));

/** Samples kept, one per second; the one with the fastest response is the most accurate. */
const sampleCount = 20;

/** Estimate of PostgreSQL's clock: behind by the delay of the fastest response, never ahead. */
class DatabaseClock {
  /** PostgreSQL's clock minus this process's monotonic clock, in milliseconds. */
  private offsets: number[] = [];

  constructor(private readonly clock: Clock) {}

  /** @param time PostgreSQL's time (milliseconds since 1970) in a response that has just arrived */
  learn(time: number): void {
    this.offsets = [...this.offsets, time - this.clock.elapsed()].slice(-sampleCount);
  }

  /** Call it when the database becomes unavailable: its clock may differ afterwards. */
  reset(): void {
    this.offsets = [];
  }

  /** @returns milliseconds since 1970; `undefined` without a sample */
  now(): number | undefined {
    return this.offsets.length === 0 ? undefined : this.clock.elapsed() + Math.max(...this.offsets);
  }
}
