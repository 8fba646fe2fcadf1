import { canonicalEmail } from '#contracts';
import { Injectable } from '@nestjs/common';
import { UserDirectory } from '../../cognito/user-directory.js';
import { isAppError } from '../../platform/errors/app-error.js';
import { type Confirmation, ConfirmationsRepository } from '../persistence/confirmations.repository.js';
import { EmailChangesRepository } from '../persistence/email-changes.repository.js';

/** Takes a new address to the pool, and back from there. The caller must hold the lease of the change. */
@Injectable()
export class PoolAddresses {
  constructor(
    private readonly directory: UserDirectory,
    private readonly confirmations: ConfirmationsRepository,
    private readonly changes: EmailChangesRepository,
  ) {}

  /**
   * @param first Cognito was not asked for this change before
   * @throws AppError what `UserDirectory.changeEmail` throws; the lease is released then
   */
  async change(sub: string, { id, email }: Confirmation, first: boolean): Promise<void> {
    try {
      await this.directory.changeEmail(sub, email);
    } catch (error) {
      // After any other error Cognito may have done it all the same, and a revocation must take it back.
      const isRefusal = isAppError(
        error,
        'auth.account_link_conflict',
        'cognito.credentials_missing',
        'request.not_found',
      );
      await this.changes.releaseLease(id, first && isRefusal);
      throw error;
    }
  }

  /**
   * The pool gets the row's address again where it has that of a revoked change.
   * @param certain no request to Cognito can still be under way
   * @returns whether this is over
   */
  async restore(confirmation: Confirmation, certain: boolean): Promise<boolean> {
    const { userId, email } = confirmation;
    const user = await this.confirmations.forUser(userId, email, (row) => Promise.resolve(row));
    if (user?.sub != null && !user.hasEmail && (await this.hasInPool(user.sub, email)))
      await this.directory.changeEmail(user.sub, user.email);
    const isOver = await this.changes.finishRollback(confirmation, certain);
    if (!isOver) await this.changes.releaseLease(confirmation.id, false);
    return isOver;
  }

  private async hasInPool(sub: string, email: string): Promise<boolean> {
    const poolUser = await this.directory.find(sub);
    return poolUser?.email !== undefined && canonicalEmail(poolUser.email) === canonicalEmail(email);
  }
}
