import { Injectable } from '@nestjs/common';
import { IdentityProvider } from '../cognito/identity-provider.js';
import { AppError } from '../common/errors/app-error.js';
import type { Principal } from '../common/http/caller.decorators.js';
import { AuditLog } from '../users/audit-log.js';
import type { LocalUser } from '../users/user.js';
import { UsersService } from '../users/users.service.js';
import { ExternalSessions } from './external-sessions.js';
import { type RevokedSession, isSessionId, SessionsRepository } from './persistence/sessions.repository.js';
import { RevocationList } from './revocation-list.js';
import { SessionRevocationService } from './session-revocation.service.js';

/** Sign-outs that a user requests. */
@Injectable()
export class SignOutService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly revocations: SessionRevocationService,
    private readonly externalSessions: ExternalSessions,
    private readonly revocationList: RevocationList,
    private readonly identityProvider: IdentityProvider,
    private readonly users: UsersService,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Succeeds also for a session that is revoked already.
   * @throws AppError `cognito.unavailable`: revoked here, but the refresh token may still work at Cognito
   */
  async signOut(refreshToken: string): Promise<void> {
    const session = await this.sessions.findByRefreshToken(refreshToken);
    if (session === undefined) await this.externalSessions.revoke(refreshToken);
    else await this.revocations.revoke(session, 'signed out', refreshToken);
  }

  /** Succeeds also while Cognito is unavailable: the refresh token never left the server, and is revoked later. */
  async signOutByCookie(secret: string): Promise<void> {
    const session = await this.sessions.findByCookie(secret);
    if (session !== undefined && !session.revoked)
      await this.revocations.revokeBestEffort(session, 'signed out');
  }

  /** @throws AppError `request.not_found`, also for a session of another user */
  async signOutById({ sub }: Principal, owner: LocalUser, id: string): Promise<void> {
    const session = isSessionId(id) ? await this.sessions.find(id) : undefined;
    if (session === undefined || session.sub !== sub || session.revoked)
      throw new AppError('request.not_found');
    await this.revocations.revokeBestEffort(session, 'ended by its owner', () =>
      this.audit.record(owner, 'revoke-session', owner, { session: session.id }),
    );
  }

  /**
   * Revokes all sessions of the caller at Cognito, then here. If Cognito fails, no session is revoked and the caller can retry.
   * @throws AppError `cognito.unavailable`
   */
  async signOutEverywhere(caller: Principal): Promise<void> {
    if (await this.revocationList.has(caller)) return;
    const isSignedOutAtCognito = await this.identityProvider.globalSignOut(caller.accessToken);
    const unrevoked = await this.sessions.transaction(() => this.revokeAllHere(caller, isSignedOutAtCognito));
    // GlobalSignOut revokes nothing with a revoked access token: each session is revoked by its own refresh token.
    this.revocations.revokeAtCognito(unrevoked);
  }

  private async revokeAllHere(caller: Principal, isSignedOutAtCognito: boolean): Promise<RevokedSession[]> {
    const { sub, authTime } = caller;
    const reason = 'signed out everywhere';
    await this.revocations.recordExternal(caller, reason);
    const user = await this.users.findBySub(sub);
    if (user) await this.audit.record(user, 'sign-out-everywhere', user);
    if (!isSignedOutAtCognito) return this.revocations.revokeAll({ sub, reason, authTime });
    await this.revocations.recordRevokedAtCognito({ sub, authTime });
    return [];
  }
}
