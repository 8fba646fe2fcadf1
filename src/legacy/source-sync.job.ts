import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  Optional,
} from '@nestjs/common';
import { Log } from '../common/logging/log.js';
import { PollingWorker } from '../jobs/polling-worker.js';
import { legacySource } from './legacy-accounts.js';
import type { LegacySource } from './legacy-source.js';
import { SourceSync } from './source-sync.js';

const intervalMs = 60 * 60 * 1000;

/** Copies the people of a read-only source at the start and every hour, in one process at a time. */
@Injectable()
export class SourceSyncJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly work = new PollingWorker(() => this.round(), intervalMs);

  constructor(
    private readonly sync: SourceSync,
    private readonly log: Log,
    @Optional() @Inject(legacySource) private readonly source?: LegacySource,
  ) {}

  onApplicationBootstrap(): void {
    if (this.source) this.work.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.sync.stop();
    await this.work.stop();
  }

  private async round(): Promise<boolean> {
    try {
      const result = await this.sync.run();
      if (result?.applied === false)
        this.log.error(
          'the legacy source has lost more than a tenth of its people; run "usher source sync"',
          {
            alarm: 'legacy.people_lost',
            ...result,
          },
        );
      else if (result) this.log.info('copied the people of the legacy source', { ...result });
    } catch (error) {
      if (!this.sync.isStopped) this.log.warn('failed to copy the people of the legacy source', { error });
    }
    return false;
  }
}
