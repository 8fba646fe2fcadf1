import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { BackgroundWork } from '../../platform/background/background-work.js';
import { Log } from '../../platform/logging/log.js';
import { type Confirmation, ConfirmationsRepository } from '../persistence/confirmations.repository.js';
import { EmailChangesRepository } from '../persistence/email-changes.repository.js';
import { PoolAddresses } from './pool-addresses.js';

/** Milliseconds between two looks for changes that were revoked while they were under way. */
const pollMs = 5_000;

/**
 * A change of address was revoked while Cognito was being asked, and the process that asked died or got no answer: the pool gets
 * the row's address again, however long that takes. Every process does this; one at a time works on a person.
 */
@Injectable()
export class EmailChangeRollbackJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly work = new BackgroundWork(() => this.round(), pollMs);

  constructor(
    private readonly confirmations: ConfirmationsRepository,
    private readonly changes: EmailChangesRepository,
    private readonly pool: PoolAddresses,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.work.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.work.stop();
  }

  /** Whether there may be more. */
  private async round(): Promise<boolean> {
    try {
      const due = await this.changes.findRollback();
      return due !== undefined && (await this.rollBack(due));
    } catch (error) {
      this.log.warn('failed to read the revoked changes of address', { error });
      return false;
    }
  }

  private async rollBack(due: Confirmation): Promise<boolean> {
    const lease = await this.confirmations.forUser(due.userId, due.email, () =>
      this.changes.acquireRollbackLease(due),
    );
    if (lease === undefined) return false;
    try {
      return await this.pool.restore(due, false);
    } catch (error) {
      // The next round after the lease expires tries again.
      const entry = { user: due.userId, error };
      if (lease.stuck)
        this.log.error('the pool still has the address of a revoked change', {
          alarm: 'users.email_change_stuck',
          ...entry,
        });
      else this.log.warn('failed to restore the address of a revoked change in the pool; retrying', entry);
      return false;
    }
  }
}
