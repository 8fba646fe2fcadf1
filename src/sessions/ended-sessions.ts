import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../platform/clock/clock.js';
import type { Principal } from '../platform/http/current-user.decorator.js';
import { Log } from '../platform/logging/log.js';
import { SessionsRepository } from './persistence/sessions.repository.js';

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
  /** When whoever has this `sub` signed out everywhere, and until when that is kept. */
  private readonly signOuts = new Map<string, { at: number; until: number }>();
  private readAt: string | undefined;
  private isBehind = false;
  private timer: NodeJS.Timeout | undefined;
  private reading: Promise<void> | undefined;

  constructor(
    private readonly sessions: SessionsRepository,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Does this process know what the others have ended? */
  get isUpToDate(): boolean {
    return !this.isBehind;
  }

  /** Whether the session that a token belongs to has ended. */
  has({ originJti, sub, authTime }: Pick<Principal, 'originJti' | 'sub' | 'authTime'>): boolean {
    if (originJti !== undefined && this.ended.has(originJti)) return true;
    const signOut = this.signOuts.get(sub);
    return signOut !== undefined && authTime < signOut.at;
  }

  /** For this process at once; the others read it in the database. */
  add(originJti: string): void {
    if (!this.ended.has(originJti)) this.ended.set(originJti, this.clock.now().getTime() + keptMs);
  }

  /** @param at seconds since 1970; sessions of the person that began before are over, wherever they did */
  addSignOut(sub: string, at: number): void {
    this.signOuts.set(sub, { at, until: this.clock.now().getTime() + keptMs });
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
    }
  }

  private async read(): Promise<void> {
    const { readAt, ended, signOuts } = await this.sessions.endedSince(this.readAt);
    this.readAt = readAt;
    for (const originJti of ended) this.add(originJti);
    for (const { sub, at } of signOuts) this.addSignOut(sub, at);
    this.forget();
  }

  private forget(): void {
    const now = this.clock.now().getTime();
    for (const [originJti, until] of this.ended) {
      if (until > now) break;
      this.ended.delete(originJti);
    }
    for (const [sub, { until }] of this.signOuts) if (until <= now) this.signOuts.delete(sub);
  }
}
