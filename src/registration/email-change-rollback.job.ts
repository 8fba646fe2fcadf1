import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { QueueView } from '../jobs/queue.js';
import { PollingWorker } from '../jobs/polling-worker.js';
import { Log } from '../common/logging/log.js';
import { type Confirmation, ConfirmationsRepository } from './persistence/confirmations.repository.js';
import { EmailChangeConfirmationService } from './email-change-confirmation.service.js';

/** Revoked e-mail changes that Cognito may have applied. Retried when the lease of 30 seconds expires; after 10 minutes they count as failed. */
export const emailChangeRollbacksQueue = new QueueView({
  name: 'email-change-rollbacks-figures',
  text: `
    SELECT count(*)::int AS waiting, count(*) FILTER (WHERE applying_until <= now())::int AS due,
      count(*) FILTER (WHERE applying_until > now())::int AS running,
      count(*) FILTER (WHERE applying_until <= now() AND revoked_at < now() - interval '10 minutes')::int AS failed,
      0 AS attempts, min(revoked_at) AS oldest, NULL AS "lastError"
    FROM usher.confirmations WHERE revoked_at IS NOT NULL AND applying_until IS NOT NULL AND used_at IS NULL`,
});

const pollMs = 5_000;

/**
 * Restores the row's address in the pool when an e-mail change was revoked during its request to Cognito, and the process that
 * sent the request died or got no response. Retries without a limit. Runs in every process, with one lease per user.
 */
@Injectable()
export class EmailChangeRollbackJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly work = new PollingWorker(() => this.round(), pollMs);

  constructor(
    private readonly confirmations: ConfirmationsRepository,
    private readonly emailChanges: EmailChangeConfirmationService,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.work.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.work.stop();
  }

  /** @returns whether more rollbacks may be due */
  private async round(): Promise<boolean> {
    try {
      const due = await this.confirmations.findRollback();
      return due !== undefined && (await this.rollBack(due));
    } catch (error) {
      this.log.warn('failed to read revoked e-mail changes', { error });
      return false;
    }
  }

  private async rollBack(due: Confirmation): Promise<boolean> {
    const lease = await this.confirmations.forUser(due.userId, due.email, () =>
      this.confirmations.acquireRollbackLease(due),
    );
    if (lease === undefined) return false;
    try {
      return await this.emailChanges.rollBack(due, false);
    } catch (error) {
      // Retried in the first round after the lease expires.
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
