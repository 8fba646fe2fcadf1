import { canonicalEmail } from '#contracts';
import { Injectable } from '@nestjs/common';
import { UserDirectory } from '../cognito/user-directory.js';
import { AppError, isAppError } from '../common/errors/app-error.js';
import { Log } from '../common/logging/log.js';
import type { Language } from '../i18n/languages.js';
import { AuditLog } from '../users/audit-log.js';
import { UsersRepository } from '../users/users.repository.js';
import { PoolUserGateway } from '../users/pool-user.gateway.js';
import type { LocalUser } from '../users/user.js';
import { ConfirmationMails } from './confirmation-mails.js';
import { type Confirmation, ConfirmationsRepository } from './persistence/confirmations.repository.js';

/** Seconds. */
const retryAfter = 2;

/** Applies an e-mail change when the link mailed to the new address is opened. */
@Injectable()
export class EmailChangeConfirmationService {
  constructor(
    private readonly users: UsersRepository,
    private readonly confirmations: ConfirmationsRepository,
    private readonly directory: UserDirectory,
    private readonly poolUsers: PoolUserGateway,
    private readonly mails: ConfirmationMails,
    private readonly audit: AuditLog,
    private readonly log: Log,
  ) {}

  /**
   * Updates Cognito, then the row. Both steps can be repeated, so another click completes a failed attempt. If Cognito refuses,
   * both sides keep the old address. A concurrent revocation takes precedence.
   * @throws AppError `users.confirmation_invalid` when the change was revoked or replaced, `auth.account_link_conflict` when
   * another row has the address by now, `overloaded` while another change of this user is in progress
   */
  async confirm(confirmation: Confirmation, language: Language): Promise<void> {
    const { sub, first } = await this.acquireLease(confirmation);
    await this.updatePool(sub, confirmation, first);
    const outcome = await this.updateRow(confirmation, sub, language);
    if (outcome === 'done') return;
    await this.tryRollBack(confirmation, first);
    throw new AppError(outcome === 'taken' ? 'auth.account_link_conflict' : 'users.confirmation_invalid');
  }

  /**
   * Restores the row's address in the pool if the pool has the address of the revoked change. The caller must hold the lease.
   * @param certain whether no request to Cognito can still be in flight
   * @returns whether the rollback is complete
   */
  async rollBack(confirmation: Confirmation, certain: boolean): Promise<boolean> {
    const { userId, email } = confirmation;
    const user = await this.confirmations.forUser(userId, email, (row) => Promise.resolve(row));
    if (user?.sub != null && !user.hasEmail && (await this.isInPool(user.sub, email))) {
      await this.directory.changeEmail(user.sub, user.email);
      await this.audit.record('usher', 'roll-back-email-change', { id: userId });
    }
    const isOver = await this.confirmations.finishRollback(confirmation, certain);
    if (!isOver) await this.confirmations.releaseLease(confirmation.id, false);
    return isOver;
  }

  /**
   * Allows one e-mail change per user to run in Cognito at a time.
   * @returns the `sub` of the user; `first` when Cognito certainly does not have the new address yet
   */
  private async acquireLease(confirmation: Confirmation): Promise<{ sub: string; first: boolean }> {
    const { userId, email } = confirmation;
    return this.confirmations.forUser(userId, email, async () => {
      const user = await this.users.findAwaiting(userId, email);
      const known = await this.confirmations.findAgain(confirmation);
      if (user?.sub == null || user.disabled || known === undefined || known.void)
        throw new AppError('users.confirmation_invalid');
      if (await this.users.isHeld(email)) throw new AppError('auth.account_link_conflict');
      const lease = await this.confirmations.acquireLease(confirmation);
      if (lease === undefined) throw new AppError('overloaded', { retryAfter });
      return { sub: user.sub, first: lease.first };
    });
  }

  /**
   * @param first whether this is the first attempt that can reach Cognito
   * @throws AppError as `UserDirectory.changeEmail`, after the lease is released
   */
  private async updatePool(sub: string, { id, email, userId }: Confirmation, first: boolean): Promise<void> {
    try {
      await this.changePoolEmail(sub, { id: userId, email });
    } catch (error) {
      // After any other error Cognito may have changed the address, and a revocation must roll that back.
      const isRefusal = isAppError(
        error,
        'auth.account_link_conflict',
        'cognito.credentials_missing',
        'request.not_found',
      );
      await this.confirmations.releaseLease(id, first && isRefusal);
      throw error;
    }
  }

  /** Deletes an unconfirmed pool user with the address, because the click has just proved the mailbox. */
  private async changePoolEmail(sub: string, owner: Pick<LocalUser, 'id' | 'email'>): Promise<void> {
    try {
      await this.directory.changeEmail(sub, owner.email);
    } catch (error) {
      if (!isAppError(error, 'auth.account_link_conflict')) throw error;
      const holder = await this.directory.find(owner.email);
      if (holder === undefined || !(await this.poolUsers.deleteUnconfirmed(holder, owner))) throw error;
      await this.directory.changeEmail(sub, owner.email);
    }
  }

  /**
   * @returns `done`; or `revoked`, or `taken` by another row: then the row keeps its address, the change is revoked, and the caller
   * must restore the old address in Cognito
   */
  private async updateRow(
    confirmation: Confirmation,
    sub: string,
    language: Language,
  ): Promise<'done' | 'revoked' | 'taken'> {
    const { userId, email } = confirmation;
    return this.confirmations.transaction(email, async () => {
      const user = await this.confirmations.lockUser(userId, email);
      const known = await this.confirmations.findAgain(confirmation);
      const isCurrent =
        known !== undefined && !known.void && !known.used && user?.sub === sub && !user.disabled;
      if (isCurrent && (await this.users.changeEmail(userId, email))) {
        await this.confirmations.use(confirmation);
        await this.mails.send({ to: user.email, mail: 'email_changed', language, values: {} });
        await this.audit.record('mailed-link', 'change-email', { id: userId });
        return 'done';
      }
      await this.confirmations.revoke(confirmation);
      if (!isCurrent) return 'revoked';
      await this.audit.record('usher', 'cancel-email-change', { id: userId }, { reason: 'address_taken' });
      return 'taken';
    });
  }

  /** If this fails, `EmailChangeRollbackJob` retries. */
  private async tryRollBack(confirmation: Confirmation, certain: boolean): Promise<void> {
    try {
      await this.rollBack(confirmation, certain);
    } catch (error) {
      this.log.warn('failed to restore the address of a revoked change in the pool; retrying', {
        user: confirmation.userId,
        error,
      });
    }
  }

  private async isInPool(sub: string, email: string): Promise<boolean> {
    const poolUser = await this.directory.find(sub);
    return poolUser?.email !== undefined && canonicalEmail(poolUser.email) === canonicalEmail(email);
  }
}
