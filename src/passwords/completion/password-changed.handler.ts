import { Injectable } from '@nestjs/common';
import { Outbox } from '../../platform/mail/outbox.js';
import { Revocations } from '../../sessions/revocations.js';
import type { User } from '../../users/user.js';
import { UsersService } from '../../users/users.service.js';
import {
  type PasswordChange,
  PasswordChangesRepository,
} from '../persistence/password-changes.repository.js';

/**
 * What follows when Cognito holds a new password: the old hash goes, sessions end, the owner is told, and the audit trail has
 * it. All of it happens once, however many processes try.
 */
@Injectable()
export class PasswordChangedHandler {
  constructor(
    private readonly changes: PasswordChangesRepository,
    private readonly users: UsersService,
    private readonly revocations: Revocations,
    private readonly outbox: Outbox,
  ) {}

  /**
   * The `sub` of the owner, where it was completed just now and is known.
   * @param isKnown whether Cognito said so. Where its answer is lost for good the sessions end all the same; mail and audit
   * entry say no more than that, and a row that is linked to nobody keeps its hash: it may be all the owner has.
   * @param saidAt when Cognito said so, by `Clock.elapsed`: sessions that began since go on
   */
  async handle(change: PasswordChange, isKnown: boolean, saidAt?: number): Promise<string | null> {
    const { sub, sessions } = await this.changes.transaction(async () => {
      if (change.kind === 'reset' && isKnown) await this.users.recordMailboxProof(change.email, change.sub);
      const user = await this.ownerOf(change);
      const sub = change.sub ?? user?.sub ?? null;
      if (!(await this.changes.complete(change.id, sub))) return { sub: null, sessions: [] };
      if (isKnown) await this.changes.removeEarlier(change.id);
      if (user && (isKnown || user.sub !== null)) await this.tell(user, change, isKnown);
      return { sub, sessions: sub === null ? [] : await this.revoke(sub, change, saidAt) };
    });
    await this.revocations.revokeAtCognito(sessions);
    return sub;
  }

  /** By the `sub`, else by the address: never a row that belongs to another user of the pool. */
  private async ownerOf({ sub, email }: PasswordChange): Promise<User | undefined> {
    const linked = sub === null ? undefined : await this.users.findBySub(sub);
    if (linked) return linked;
    const user = await this.users.findByEmail(email);
    return user && (user.sub === null || sub === null) ? user : undefined;
  }

  private async tell(user: User, { kind, language }: PasswordChange, isKnown: boolean): Promise<void> {
    const how = kind === 'reset' ? 'reset-password' : 'change-password';
    await this.users.recordNewPassword(user, how, isKnown ? {} : { outcome: 'unknown' });
    const mail = isKnown ? 'password_changed' : 'password_may_have_changed';
    await this.outbox.post({ to: user.email, mail, language, values: {} });
  }

  private revoke(sub: string, { keep, authTime, createdAt }: PasswordChange, happenedAt?: number) {
    return this.revocations.revoke({
      sub,
      happenedAt,
      reason: 'password changed',
      keep: keep ?? undefined,
      askedAt: createdAt,
      authTime: authTime ?? undefined,
    });
  }
}
