import { Injectable } from '@nestjs/common';
import { CognitoClock } from '../cognito/cognito-clock.js';
import { EndedSessions } from './ended-sessions.js';
import { type EndReason, type Session, SessionsRepository } from './persistence/sessions.repository.js';
import { Endings } from './lifecycle/endings.js';

export interface Revocation {
  sub: string;
  reason: EndReason;
  /** A token family that goes on. */
  keep?: string | undefined;
  /** An `auth_time` from before this, such as the caller's. */
  authTime?: number | undefined;
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
  ) {}

  /** Those that began here and were live until now, for `tellCognito`. */
  async revoke(revocation: Revocation): Promise<Session[]> {
    const { sub, reason, keep } = revocation;
    await this.recordSignOut(revocation);
    const sessions = await this.sessions.endOthers(sub, reason, keep);
    this.addWhenCommitted(sessions);
    return sessions;
  }

  /** Cognito has ended them already. */
  async revokeTold(revocation: Revocation): Promise<void> {
    await this.recordSignOut(revocation);
    this.addWhenCommitted(await this.sessions.endAllOf(revocation.sub));
  }

  /** What cannot be revoked now is tried again later. Never fails because of Cognito. */
  async tellCognito(sessions: Session[]): Promise<void> {
    await this.endings.revokeAll(sessions);
  }

  private async recordSignOut({ sub, keep, authTime }: Revocation): Promise<void> {
    const time = { cognitoTime: this.cognitoClock.now(), atLeast: authTime };
    const signOut = await this.sessions.recordSignOut(sub, { ...time, keep });
    this.sessions.afterCommit(() => this.ended.addSignOut(signOut));
  }

  private addWhenCommitted(sessions: Pick<Session, 'originJti'>[]): void {
    this.sessions.afterCommit(() => {
      for (const { originJti } of sessions) this.ended.add(originJti);
    });
  }
}
