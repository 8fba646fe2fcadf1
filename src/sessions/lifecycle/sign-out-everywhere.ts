import { Injectable } from '@nestjs/common';
import { IdentityProvider } from '../../cognito/identity-provider.js';
import type { Principal } from '../../platform/http/current-user.decorator.js';
import { EndedSessions } from '../ended-sessions.js';
import { type Session, SessionsRepository } from '../persistence/sessions.repository.js';
import { Revocations } from '../revocations.js';

/** Ends all of a person's sessions, at Cognito and here. */
@Injectable()
export class SignOutEverywhere {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly revocations: Revocations,
    private readonly ended: EndedSessions,
    private readonly identityProvider: IdentityProvider,
  ) {}

  /**
   * Cognito first: while it cannot be told nothing has ended, and the caller can try again.
   * @throws AppError `cognito.unavailable`
   */
  async end(caller: Principal): Promise<void> {
    if (await this.ended.has(caller)) return;
    const isDone = await this.identityProvider.globalSignOut(caller.accessToken);
    // With a token that is dead at Cognito nothing has ended there: then each session is revoked by its own token.
    const untold = await this.sessions.transaction(() => this.endHere(caller, isDone));
    await this.revocations.revokeAtCognito(untold);
  }

  private async endHere(caller: Principal, isTold: boolean): Promise<Session[]> {
    const { sub, clientId, originJti, authTime } = caller;
    const revocation = { sub, reason: 'signed out everywhere', authTime } as const;
    if (originJti !== undefined) {
      await this.sessions.insertEnded(sub, clientId, originJti);
      this.sessions.afterCommit(() => this.ended.add(originJti));
    }
    if (!isTold) return this.revocations.revoke(revocation);
    await this.revocations.recordRevokedAtCognito(revocation);
    return [];
  }
}
