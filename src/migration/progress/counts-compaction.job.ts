import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { PollingWorker } from '../../jobs/polling-worker.js';
import { Log } from '../../common/logging/log.js';
import { DuplicateAddresses } from '../../users/duplicate-addresses.js';
import { MigrationCounts } from '../persistence/migration-counts.repository.js';

const intervalMs = 60_000;

/** Compacts the rows that the triggers insert, so that reading the progress stays fast. */
@Injectable()
export class CountsCompactionJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly work = new PollingWorker(() => this.round(), intervalMs);

  constructor(
    private readonly counts: MigrationCounts,
    private readonly duplicates: DuplicateAddresses,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.work.start();
    // Not awaited: counting is slow on a large table, and nothing depends on the result.
    void this.reportDuplicates();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.work.stop();
  }

  private async reportDuplicates(): Promise<void> {
    try {
      const duplicates = await this.duplicates.read(Infinity);
      if (duplicates && duplicates.exact + duplicates.byCase > 0)
        this.log.warn('addresses shared by several rows: lookups by these addresses find no row', {
          ...duplicates,
        });
    } catch (error) {
      this.log.warn('failed to count duplicate addresses', { error });
    }
  }

  private async round(): Promise<boolean> {
    try {
      await this.counts.compact();
    } catch (error) {
      this.log.warn('failed to compact migration counts', { error });
    }
    return false;
  }
}
