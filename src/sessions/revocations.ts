import { Injectable } from '@nestjs/common';
import { CognitoClock } from '../cognito/cognito-clock.js';
import { Clock } from '../platform/clock/clock.js';
import { EndedSessions } from './ended-sessions.js';
import {
  type EndReason,
  type Session,
  SessionsRepository,
  type SignOut,
} from './persistence/sessions.repository.js';
import { Endings } from './lifecycle/endings.js';

export interface Revocation {
  sub: string;
  reason: EndReason;
  /** A token family that goes on. */
  keep?: string | undefined;
  /** PostgreSQL's time at which it was asked for: `keep` does not outlive a sign-out since then. */
  askedAt?: Date | undefined;
  /** An `auth_time` from before this, such as the caller's. */
  authTime?: number | undefined;
  /** By `Clock.elapsed`, where it could not be recorded at once. Sessions that began since go on. */
  happenedAt?: number | undefined;
}

/**
 * Ends every session of a person here, wherever it began: in the transaction under way, and for sign-ins that have begun as
 * well. What Cognito says to it changes nothing.
 */
@Injectable()
export class Revocations {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly ended: EndedSessions,
    private readonly endings: Endings,
    private readonly cognitoClock: CognitoClock,
    private readonly clock: Clock,
  ) {}

  /** Those that began here and were live until now, for `revokeAtCognito`. */
  async revoke(revocation: Revocation): Promise<Session[]> {
    const { sub, reason, happenedAt } = revocation;
    const { kept } = await this.recordSignOut(revocation);
    const before = { keep: kept, secondsAgo: this.secondsSince(happenedAt) };
    const sessions = await this.sessions.endOthers(sub, reason, before);
    this.addWhenCommitted(sessions);
    return sessions;
  }

  /** Cognito has ended them already. */
  async recordRevokedAtCognito(revocation: Revocation): Promise<void> {
    await this.recordSignOut(revocation);
    this.addWhenCommitted(await this.sessions.endAllOf(revocation.sub));
  }

  /** What cannot be revoked now is tried again later. Never fails because of Cognito. */
  async revokeAtCognito(sessions: Session[]): Promise<void> {
    await this.endings.revokeAll(sessions);
  }

  private async recordSignOut({ sub, keep, authTime, happenedAt, askedAt }: Revocation): Promise<SignOut> {
    const secondsAgo = this.secondsSince(happenedAt);
    const now = this.cognitoClock.now();
    const time = {
      cognitoTime: now === undefined ? undefined : Math.floor(now / 1000 - secondsAgo),
      atLeast: authTime,
      askedAt,
    };
    const signOut = await this.sessions.recordSignOut(sub, { ...time, keep, secondsAgo });
    this.sessions.afterCommit(() => this.ended.addSignOut(signOut));
    return signOut;
  }

  private secondsSince(happenedAt: number | undefined): number {
    return happenedAt === undefined ? 0 : (this.clock.elapsed() - happenedAt) / 1000;
  }

  private addWhenCommitted(sessions: Pick<Session, 'originJti'>[]): void {
    this.sessions.afterCommit(() => {
      for (const { originJti } of sessions) this.ended.add(originJti);
    });
  }
}
