import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { BackgroundWork } from '../../platform/background/background-work.js';
import { Log } from '../../platform/logging/log.js';
import { DuplicateAddresses } from '../../users/duplicate-addresses.js';
import { MigrationCounts } from '../persistence/migration-counts.repository.js';

const intervalMs = 60_000;

/** Adds up what the triggers wrote down, so that looking at the progress stays quick. */
@Injectable()
export class CountKeeping implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly work = new BackgroundWork(() => this.round(), intervalMs);

  constructor(
    private readonly counts: MigrationCounts,
    private readonly duplicates: DuplicateAddresses,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.work.start();
    // Not awaited: counting takes a while on a large table, and nothing depends on it.
    void this.reportDuplicates();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.work.stop();
  }

  private async reportDuplicates(): Promise<void> {
    try {
      const duplicates = await this.duplicates.read(Infinity);
      if (duplicates && duplicates.exact + duplicates.byCase > 0)
        this.log.warn('addresses shared by several rows: no row is found by them', { ...duplicates });
    } catch (error) {
      this.log.warn('duplicate addresses were not counted', { error });
    }
  }

  private async round(): Promise<boolean> {
    try {
      await this.counts.addUp();
    } catch (error) {
      this.log.warn('the counts of the migration were not added up', { error });
    }
    return false;
  }
}
