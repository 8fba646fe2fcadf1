import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../common/clock/clock.js';
import { SingleFlight } from '../common/concurrency/single-flight.js';
import { Log } from '../common/logging/log.js';
import { SessionsRepository, type SignOut } from './persistence/sessions.repository.js';
import { type Bearer, SignOutTimes } from './sign-out-times.js';

const pollMs = 1000;

/** For the token of a session that is older than 24 hours the database is read; 1 hour more, because Cognito's clock differs. */
const retentionMs = 25 * 3600 * 1000;

/**
 * Denylist of token families. Those revoked in the last 25 hours are in memory, at most 1 second behind other processes;
 * `SignOutTimes` looks up earlier ones in the database.
 */
@Injectable()
export class RevocationList implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** Expiry of each entry (milliseconds since 1970), oldest first. */
  private readonly families = new Map<string, number>();
  private readAt: string | undefined;
  private isBehind = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly polls = new SingleFlight<void>();

  constructor(
    private readonly sessions: SessionsRepository,
    private readonly signOutTimes: SignOutTimes,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** @returns whether the last read of the revocations of other processes succeeded */
  get isUpToDate(): boolean {
    return !this.isBehind;
  }

  /**
   * @returns whether the session of a token is revoked
   * @throws AppError `overloaded` for a session older than 24 hours if the database is unavailable
   */
  async has(bearer: Bearer): Promise<boolean> {
    if (bearer.originJti !== undefined && this.families.has(bearer.originJti)) return true;
    return this.signOutTimes.refuses(bearer);
  }

  /** Takes effect in this process at once; the others read it in the database. */
  add(originJti: string): void {
    if (!this.families.has(originJti)) this.families.set(originJti, this.clock.now().getTime() + retentionMs);
  }

  addSignOut(signOut: SignOut): void {
    this.signOutTimes.add(signOut);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.read();
    this.timer = setInterval(() => void this.polls.run(() => this.poll()), pollMs).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.polls.settled();
  }

  /** After an outage the next read starts at the last successful one, so none is missed. */
  private async poll(): Promise<void> {
    try {
      await this.read();
      this.isBehind = false;
    } catch (error) {
      if (!this.isBehind) this.log.error('failed to read revoked sessions', { error });
      this.isBehind = true;
      this.signOutTimes.forgetDatabaseTime();
    }
  }

  private async read(): Promise<void> {
    const { readAt, revoked, signOuts, databaseTime } = await this.sessions.revokedSince(this.readAt);
    this.readAt = readAt;
    for (const originJti of revoked) this.add(originJti);
    this.signOutTimes.learn(signOuts, databaseTime);
    this.removeExpired();
  }

  private removeExpired(): void {
    const now = this.clock.now().getTime();
    for (const [originJti, until] of this.families) {
      if (until > now) break;
      this.families.delete(originJti);
    }
    this.signOutTimes.removeExpired();
  }
}
