import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../platform/clock/clock.js';
import { isAppError } from '../platform/errors/app-error.js';
import type { Principal } from '../platform/http/current-user.decorator.js';
import { DatabaseClock } from './database-clock.js';
import { SessionsRepository, type SignOut } from './persistence/sessions.repository.js';

const hour = 3600 * 1000;

/** A token whose session began longer ago than this may have been refused by a sign-out that is no longer in memory. */
const oldSession = 24 * hour;

/** An hour more than that, because Cognito's clock is not ours. */
const kept = 25 * hour;

/** About 300 bytes each. Less than `kept`, so that a newer sign-out is still known when an older answer is asked again. */
const older = { max: 10_000, ttl: hour };

interface Known {
  signOut: SignOut;
  /** When this process heard of it, by its own clock that nobody sets. */
  learntAt: number;
  until: number;
}

/** When a sign-in began. */
export interface SignInStart {
  /** PostgreSQL's time (milliseconds since 1970); never later than it was. */
  at: number;
  /** By this process's `Clock.elapsed`, where it began in this process. */
  elapsed?: number;
}

export type Bearer = Pick<Principal, 'originJti' | 'sub' | 'authTime'>;

/**
 * When people signed out everywhere or got a new password: no access token from before counts, whichever app client it was
 * issued to. In memory are those of the last day, about 500 bytes each, at most a second behind other processes; who comes
 * with the token of an older session is looked up.
 */
@Injectable()
export class SignOutTimes {
  private readonly recent = new Map<string, Known>();
  private readonly older = new LRUCache<string, { signOut: SignOut | undefined }>(older);

  constructor(
    private readonly sessions: SessionsRepository,
    private readonly clock: Clock,
    private readonly databaseClock: DatabaseClock,
  ) {}

  /** @param databaseTime in the answer that brought the sign-outs */
  learn(signOuts: SignOut[], databaseTime: number): void {
    this.databaseClock.learn(databaseTime);
    for (const signOut of signOuts) this.add(signOut);
  }

  forgetDatabaseTime(): void {
    this.databaseClock.forget();
  }

  /** For a sign-in that begins now. The database is asked for its time only after it was away. @throws AppError `overloaded` */
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
      until: isKnown ? known.until : this.clock.now().getTime() + kept,
    });
  }

  /** @throws AppError `overloaded` for an old session while the database is away */
  async refuses(bearer: Bearer): Promise<boolean> {
    const signOut = this.recent.get(bearer.sub)?.signOut ?? (await this.findOlder(bearer));
    if (signOut === undefined || !isRefused(bearer, signOut)) return false;
    // Another process may have created the session within the last second.
    return bearer.originJti === undefined || this.isStillRefused(bearer);
  }

  /** As `refuses`, by the database itself. @throws AppError `overloaded` while it is away */
  async refusesByDatabase(bearer: Bearer): Promise<boolean> {
    const signOut = await this.sessions.findSignOut(bearer.sub);
    return signOut !== undefined && isRefused(bearer, signOut);
  }

  /** The person's last sign-out, where this process knew of it before the sign-in began. */
  knownBefore(sub: string, { elapsed }: SignInStart): string | undefined {
    const known = this.recent.get(sub);
    if (known === undefined || elapsed === undefined || known.learntAt > elapsed) return undefined;
    return known.signOut.signedOutAt;
  }

  /** Has the person signed out everywhere since a sign-in began, as far as this process knows? */
  hasSignedOutSince(sub: string, { at }: SignInStart): boolean {
    const known = this.recent.get(sub);
    return known !== undefined && Date.parse(known.signOut.signedOutAt) >= at;
  }

  forget(): void {
    const now = this.clock.now().getTime();
    for (const [sub, { until }] of this.recent) if (until <= now) this.recent.delete(sub);
  }

  private async findOlder({ sub, authTime }: Bearer): Promise<SignOut | undefined> {
    if (authTime * 1000 >= this.clock.now().getTime() - oldSession) return undefined;
    const found = this.older.get(sub) ?? { signOut: await this.sessions.findSignOut(sub) };
    this.older.set(sub, found);
    return found.signOut;
  }

  private async isStillRefused(bearer: Bearer): Promise<boolean> {
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
