import { Injectable } from '@nestjs/common';
import { AppError } from '../../platform/errors/app-error.js';
import { Log } from '../../platform/logging/log.js';
import type { Language } from '../../platform/texts/languages.js';
import type { Confirmation } from '../persistence/confirmations.repository.js';
import { EmailChangeLeases } from './email-change-leases.js';
import { EmailChanges } from './email-changes.js';
import { PoolAddresses } from './pool-addresses.js';

/** The link that was mailed to a new address. */
@Injectable()
export class EmailChangeLinks {
  constructor(
    private readonly leases: EmailChangeLeases,
    private readonly changes: EmailChanges,
    private readonly pool: PoolAddresses,
    private readonly log: Log,
  ) {}

  /**
   * Cognito first, then our row; both can be done again, so a click after a failure finishes what was begun. When Cognito
   * refuses, the old address stays on both sides. A revocation that comes in between wins.
   * @throws AppError `users.confirmation_invalid` when the change was revoked or replaced, `auth.account_link_conflict` when the
   * address has become somebody else's, `overloaded` while another change of this person is under way
   */
  async use(confirmation: Confirmation, language: Language): Promise<void> {
    const { sub, first } = await this.leases.acquire(confirmation);
    await this.pool.change(sub, confirmation, first);
    const outcome = await this.changes.finish(confirmation, sub, language);
    if (outcome === 'done') return;
    await this.restore(confirmation, first);
    throw new AppError(outcome === 'taken' ? 'auth.account_link_conflict' : 'users.confirmation_invalid');
  }

  /** Where this fails `EmailChangeRollbackJob` does it later. */
  private async restore(confirmation: Confirmation, certain: boolean): Promise<void> {
    try {
      await this.pool.restore(confirmation, certain);
    } catch (error) {
      this.log.warn('failed to restore the address of a revoked change in the pool; retrying', {
        user: confirmation.userId,
        error,
      });
    }
  }
}
