import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { PollingWorker } from '../jobs/polling-worker.js';
import { Log } from '../common/logging/log.js';
import { ConfirmationsRepository } from './persistence/confirmations.repository.js';

const pollMs = 60_000;

/**
 * Deletes password hashes and names of sign-ups that no link can use any more. Usher deletes most of them at once; the job is for
 * sign-ups that expire, and for rows that the old application confirms or deletes.
 */
@Injectable()
export class ObsoleteSignUpsJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly work = new PollingWorker(() => this.round(), pollMs);

  constructor(
    private readonly confirmations: ConfirmationsRepository,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.work.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.work.stop();
  }

  wake(): void {
    this.work.wake();
  }

  private async round(): Promise<boolean> {
    try {
      return await this.confirmations.deleteObsoleteSignUpData();
    } catch (error) {
      this.log.warn('failed to delete obsolete sign-up data', { error });
      return false;
    }
  }
}
