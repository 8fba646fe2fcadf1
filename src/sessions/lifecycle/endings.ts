import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { IdentityProvider } from '../../cognito/identity-provider.js';
import { isAppError } from '../../platform/errors/app-error.js';
import { Log } from '../../platform/logging/log.js';
import { EndedSessions } from '../ended-sessions.js';
import { type EndReason, type Session, SessionsRepository } from '../persistence/sessions.repository.js';

/** How many overdue sessions of each kind a sign-in takes care of. */
const overdueAtOnce = 5;

/**
 * Ends sessions: our row first, which counts here whatever happens next, then the refresh token at Cognito. A revocation
 * that Cognito could not take is owed, and made up for at one of the next sign-ins.
 */
@Injectable()
export class Endings implements BeforeApplicationShutdown {
  private settling: Promise<void> | undefined;

  constructor(
    private readonly sessions: SessionsRepository,
    private readonly identityProvider: IdentityProvider,
    private readonly ended: EndedSessions,
    private readonly log: Log,
  ) {}

  /**
   * @param refreshToken one of the session's, in case that the stored one cannot be read.
   * @throws AppError what `revoke` throws; the session has ended all the same
   */
  async end(session: Session, reason: EndReason, refreshToken?: string): Promise<void> {
    await this.sessions.end(session, reason);
    this.ended.add(session.originJti);
    await this.revoke(session, refreshToken);
  }

  /** As `end`; that Cognito could not be told is logged. */
  async endQuietly(session: Session, reason: EndReason): Promise<void> {
    await this.sessions.end(session, reason);
    this.ended.add(session.originJti);
    await this.revokeQuietly(session);
  }

  /** Of sessions that have ended here. As `endQuietly`. */
  async revokeAll(sessions: Session[]): Promise<void> {
    await Promise.all(sessions.map((session) => this.revokeQuietly(session)));
  }

  /**
   * A refresh token was shown long after it had been replaced: somebody has a copy, and nobody can tell who is the thief
   * (RFC 9700 section 4.14.2).
   */
  async endReused(session: Session): Promise<void> {
    this.log.warn('a replaced refresh token was used again: its session ends', { session: session.id });
    await this.endQuietly(session, 'reuse');
  }

  /** Cognito knows the session no longer. False when it was another renewal that made the token useless. */
  async endUnlessRenewed(session: Session): Promise<boolean> {
    const ended = await this.sessions.endUnlessRenewed(session, 'ended at Cognito');
    if (!ended) return false;
    this.ended.add(session.originJti);
    await this.sessions.recordRevocation(session);
    return true;
  }

  /** For tokens without a row. Should it fail, the refusal stands all the same. */
  async revokeRefused(refreshToken: string): Promise<void> {
    try {
      await this.identityProvider.revoke(refreshToken);
    } catch (error) {
      this.log.error('the tokens of a refused sign-in could not be revoked', { error });
    }
  }

  /** Ends what has outlived its time and makes up for owed revocations. Nobody waits for it, and it never fails. */
  settleOverdue(): void {
    this.settling ??= this.settle().finally(() => (this.settling = undefined));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.settling;
  }

  private async settle(): Promise<void> {
    try {
      for (const session of await this.sessions.endOverdue(overdueAtOnce)) {
        this.ended.add(session.originJti);
        await this.revokeQuietly(session);
      }
    } catch (error) {
      this.log.warn('overdue sessions were not ended', { error });
    }
  }

  private async revoke(session: Session, refreshToken?: string): Promise<void> {
    const token = this.sessions.tokensOf(session)?.refreshToken ?? refreshToken;
    // Sealed with a secret that was dropped.
    if (token === undefined) return this.sessions.recordUnrevocable(session);
    await this.identityProvider.revoke(token);
    await this.sessions.recordRevocation(session);
  }

  /** What cannot be revoked later either, such as with revocation switched off at the app client, is not tried again. */
  private async revokeQuietly(session: Session): Promise<void> {
    try {
      await this.revoke(session);
    } catch (error) {
      const isOwed = isAppError(error, 'cognito.unavailable', 'overloaded', 'too_many_requests');
      const level = isOwed ? 'warn' : 'error';
      this.log[level]('an ended session could not be revoked at Cognito', { session: session.id, error });
      if (!isOwed) await this.sessions.recordUnrevocable(session);
    }
  }
}
