import { Injectable } from '@nestjs/common';
import { Outbox } from '../../mail/outbox.js';
import { SessionRevocationService } from '../../sessions/session-revocation.service.js';
import { type MfaChange, MfaChanges } from '../../users/mfa-changes.js';
import type { LocalUser } from '../../users/user.js';
import { UserLinksRepository } from '../../users/user-links.repository.js';
import { UsersRepository } from '../../users/users.repository.js';
import { UsersService } from '../../users/users.service.js';
import {
  type PasswordChange,
  PasswordChangesRepository,
} from '../persistence/password-changes.repository.js';

/**
 * Follow-ups of a new password at Cognito: deletes the legacy hash, revokes sessions, and writes the mail to the owner
 * and the audit entry. They take effect once per change, even if several processes try.
 */
@Injectable()
export class PasswordChangedHandler {
  constructor(
    private readonly changes: PasswordChangesRepository,
    private readonly users: UsersService,
    private readonly rows: UsersRepository,
    private readonly links: UserLinksRepository,
    private readonly revocations: SessionRevocationService,
    private readonly outbox: Outbox,
    private readonly mfaChanges: MfaChanges,
  ) {}

  /**
   * @param isCertain whether Cognito is known to have set the password. If not, the sessions are revoked all the same,
   * mail and audit entry state no more than that, and an unlinked row keeps its hash, which may be the owner's only
   * credential.
   * @param acceptedAt when Cognito accepted the password (`Clock.elapsed`, milliseconds); sessions begun since are kept
   * @returns the owner's `sub`; `null` if it is unknown or another call has completed the change
   */
  async handle(change: PasswordChange, isCertain: boolean, acceptedAt?: number): Promise<string | null> {
    const { sub, sessions, removal } = await this.changes.transaction(async () => {
      if (change.kind === 'reset' && isCertain) await this.links.recordMailboxProof(change.email, change.sub);
      const user = await this.findOwner(change);
      const sub = change.sub ?? user?.sub ?? null;
      if (!(await this.changes.complete(change.id, sub))) return { sub: null, sessions: [] };
      if (isCertain) await this.changes.removeEarlier(change.id);
      if (user && (isCertain || user.sub !== null)) await this.recordAndNotify(user, change, isCertain);
      // After the row of the user is locked: administrators lock it before they change the permission.
      const removal = isCertain && user ? await this.useRemovalPermission(user, change) : undefined;
      return { sub, removal, sessions: sub === null ? [] : await this.revoke(sub, change, acceptedAt) };
    });
    if (removal) await this.mfaChanges.tryRemove(removal);
    this.revocations.revokeAtCognito(sessions);
    return sub;
  }

  private async useRemovalPermission(
    user: LocalUser,
    { kind, removeMfa, language }: PasswordChange,
  ): Promise<MfaChange | undefined> {
    if (kind !== 'reset' || !removeMfa) return undefined;
    return this.mfaChanges.useRemovalPermission(user, language);
  }

  /** Finds the row by `sub`, then by address; never a row that is linked to another pool user. */
  private async findOwner({ sub, email }: PasswordChange): Promise<LocalUser | undefined> {
    const linked = sub === null ? undefined : await this.users.findBySub(sub);
    if (linked) return linked;
    const user = await this.users.findByEmail(email);
    return user && (user.sub === null || sub === null) ? user : undefined;
  }

  private async recordAndNotify(
    user: LocalUser,
    { kind, language }: PasswordChange,
    isCertain: boolean,
  ): Promise<void> {
    const how = kind === 'reset' ? 'reset-password' : 'change-password';
    await this.rows.recordNewPassword(user, how, isCertain ? {} : { outcome: 'unknown' });
    const mail = isCertain ? 'password_changed' : 'password_may_have_changed';
    await this.outbox.post({ to: user.email, mail, language, values: {} });
  }

  private revoke(sub: string, { keep, authTime, createdAt }: PasswordChange, happenedAt?: number) {
    return this.revocations.revokeAll({
      sub,
      happenedAt,
      reason: 'password changed',
      keep: keep ?? undefined,
      askedAt: createdAt,
      authTime: authTime ?? undefined,
    });
  }
}
