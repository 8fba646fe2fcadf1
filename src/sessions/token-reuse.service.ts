import { Injectable } from '@nestjs/common';
import { Log } from '../common/logging/log.js';
import { Outbox } from '../mail/outbox.js';
import { AuditLog } from '../users/audit-log.js';
import { UsersService } from '../users/users.service.js';
import type { Session } from './persistence/sessions.repository.js';
import { SessionRevocationService } from './session-revocation.service.js';

/** How a reuse was detected; recorded in the audit entry and the log. */
type Detection = 'replaced_token' | 'refused_by_cognito' | 'unknown_token';

/**
 * Two parties used a refresh token, and the thief cannot be told from the owner (RFC 9700 section 4.14.2): the family is
 * revoked here and at Cognito, and operators and the owner are notified.
 */
@Injectable()
export class TokenReuseService {
  constructor(
    private readonly revocations: SessionRevocationService,
    private readonly users: UsersService,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
    private readonly log: Log,
  ) {}

  /**
   * Does not depend on Cognito.
   * @param newest a newer refresh token of the family than the stored one
   * @returns false if the session was revoked before or, for `refused_by_cognito`, if another process has refreshed it
   */
  async revokeReused(session: Session, detection: Detection, newest?: string): Promise<boolean> {
    // A third party has the newest token, so it cannot be revoked by itself.
    const isNewestUnknown = detection === 'refused_by_cognito';
    const isRevoked = await this.revocations.revokeHere(session, 'reuse', {
      record: () => this.recordAndNotify(session, detection),
      unlessRefreshed: isNewestUnknown,
    });
    if (newest !== undefined) await this.revocations.revokeOrphan(newest);
    if (!isRevoked) return false;
    const globalSignOut = isNewestUnknown ? await this.signOutEverywhere(session) : 'not needed';
    this.log.error('refresh token reuse detected; session revoked', {
      alarm: 'sessions.token_reuse',
      session: session.id,
      userId: session.userId,
      detection,
      globalSignOut,
    });
    await this.revocations.trySendRevocation(session);
    return true;
  }

  private async recordAndNotify({ id, sub, language }: Session, detection: Detection): Promise<void> {
    const user = await this.users.findBySub(sub);
    if (user === undefined) return;
    await this.audit.record('usher', 'detect-token-reuse', user, { session: id, detection });
    await this.outbox.post({
      to: user.email,
      mail: 'session_reused',
      language: language ?? 'en',
      values: {},
    });
  }

  /** AWS does not document that revoking a replaced token revokes the newer ones of its family; a global sign-out does. */
  private async signOutEverywhere(session: Session): Promise<'done' | 'impossible' | 'failed'> {
    try {
      return (await this.revocations.revokeAllByGlobalSignOut(session)) ? 'done' : 'impossible';
    } catch (error) {
      this.log.error('global sign-out failed after a token reuse', { session: session.id, error });
      return 'failed';
    }
  }
}
