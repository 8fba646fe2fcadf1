import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Log } from '../common/logging/log.js';
import { SessionsRepository } from './persistence/sessions.repository.js';

const flushMs = 30_000;

/** Records when and from which address sessions were last used; writes every 30 seconds, so that no request waits. */
@Injectable()
export class LastUsedTracker implements BeforeApplicationShutdown {
  private addresses = new Map<string, string>();
  private timer: NodeJS.Timeout | undefined;
  private writing = Promise.resolve();

  constructor(
    private readonly sessions: SessionsRepository,
    private readonly log: Log,
  ) {}

  /** @param originJti `undefined` if the app client does not allow token revocation; then only refreshes count as use */
  touch(originJti: string | undefined, address: string): void {
    if (originJti === undefined) return;
    this.addresses.set(originJti, address);
    this.timer ??= setTimeout(() => {
      this.writing = this.flush();
    }, flushMs).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.writing;
    await this.flush();
  }

  private async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const addresses = this.addresses;
    if (addresses.size === 0) return;
    this.addresses = new Map();
    try {
      await this.sessions.recordUse(addresses);
    } catch (error) {
      this.log.warn('failed to record last use of sessions', { count: addresses.size, error });
    }
  }
}
