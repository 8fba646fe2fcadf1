import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { PollingWorker } from '../jobs/polling-worker.js';
import { Log } from '../common/logging/log.js';
import { SessionsRepository } from './persistence/sessions.repository.js';

const flushMs = 30_000;

/** Records when and from which address sessions were last used; writes every 30 seconds, so that no request waits. */
@Injectable()
export class LastUsedTracker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly worker = new PollingWorker(() => this.flush(), flushMs);
  private addresses = new Map<string, string>();

  constructor(
    private readonly sessions: SessionsRepository,
    private readonly log: Log,
  ) {}

  /** @param originJti `undefined` if the app client does not allow token revocation; then only refreshes count as use */
  touch(originJti: string | undefined, address: string): void {
    if (originJti !== undefined) this.addresses.set(originJti, address);
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.worker.stop();
    await this.flush();
  }

  private async flush(): Promise<false> {
    const addresses = this.addresses;
    if (addresses.size === 0) return false;
    this.addresses = new Map();
    try {
      await this.sessions.recordUse(addresses);
    } catch (error) {
      this.log.warn('failed to record last use of sessions', { count: addresses.size, error });
    }
    return false;
  }
}
