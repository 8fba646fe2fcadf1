import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { BackgroundWork } from '../../platform/background/background-work.js';
import { Log } from '../../platform/logging/log.js';
import { MigrationCounts } from '../persistence/migration-counts.repository.js';

const intervalMs = 60_000;

/** Adds up what the triggers wrote down, so that looking at the progress stays quick. */
@Injectable()
export class CountKeeping implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly work = new BackgroundWork(() => this.round(), intervalMs);

  constructor(
    private readonly counts: MigrationCounts,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.work.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.work.stop();
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
