import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../platform/clock/clock.js';
import { Log } from '../platform/logging/log.js';
import { SessionsRepository, type SignOut } from './persistence/sessions.repository.js';
import { type Bearer, SignOutTimes } from './sign-out-times.js';

const pollMs = 1000;

/** The longest life of an access token (Cognito, "Quotas"); afterwards nobody asks any more. */
const keptMs = 24 * 3600 * 1000;

/**
 * The token families that were ended through Usher while an access token of theirs may still be good. In memory, because
 * it is asked with every request; at most a second behind what other processes did.
 */
@Injectable()
export class EndedSessions implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** Until when each is kept (milliseconds since 1970), oldest first. */
  private readonly ended = new Map<string, number>();
  private readAt: string | undefined;
  private isBehind = false;
  private timer: NodeJS.Timeout | undefined;
  private reading: Promise<void> | undefined;

  constructor(
    private readonly sessions: SessionsRepository,
    private readonly signOuts: SignOutTimes,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Does this process know what the others have ended? */
  get isUpToDate(): boolean {
    return !this.isBehind;
  }

  /**
   * Whether the session that a token belongs to has ended.
   * @throws AppError `overloaded` for a session of long ago while the database is away
   */
  async has(bearer: Bearer): Promise<boolean> {
    if (bearer.originJti !== undefined && this.ended.has(bearer.originJti)) return true;
    return this.signOuts.refuses(bearer);
  }

  /** For this process at once; the others read it in the database. */
  add(originJti: string): void {
    if (!this.ended.has(originJti)) this.ended.set(originJti, this.clock.now().getTime() + keptMs);
  }

  addSignOut(signOut: SignOut): void {
    this.signOuts.add(signOut);
  }

  /** Before the first request. */
  async onApplicationBootstrap(): Promise<void> {
    await this.read();
    this.timer = setInterval(() => {
      // A slow database is not asked again before it has answered.
      this.reading ??= this.follow().finally(() => (this.reading = undefined));
    }, pollMs).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.reading;
  }

  /** While the database is away what is known stays known, and nothing is missed: the next look begins at the last one. */
  private async follow(): Promise<void> {
    try {
      await this.read();
      this.isBehind = false;
    } catch (error) {
      if (!this.isBehind) this.log.error('ended sessions cannot be read', { error });
      this.isBehind = true;
      this.signOuts.forgetDatabaseTime();
    }
  }

  private async read(): Promise<void> {
    const { readAt, ended, signOuts, databaseTime } = await this.sessions.endedSince(this.readAt);
    this.readAt = readAt;
    for (const originJti of ended) this.add(originJti);
    this.signOuts.learn(signOuts, databaseTime);
    this.forget();
  }

  private forget(): void {
    const now = this.clock.now().getTime();
    for (const [originJti, until] of this.ended) {
      if (until > now) break;
      this.ended.delete(originJti);
    }
    this.signOuts.forget();
  }
}
