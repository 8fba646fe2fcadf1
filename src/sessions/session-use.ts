import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Log } from '../platform/logging/log.js';
import { SessionsRepository } from './persistence/sessions.repository.js';

const flushMs = 30_000;

/** Notes when and from where sessions were last used. Written together, every half minute, so that no answer waits. */
@Injectable()
export class SessionUse implements BeforeApplicationShutdown {
  private addresses = new Map<string, string>();
  private timer: NodeJS.Timeout | undefined;
  private writing = Promise.resolve();

  constructor(
    private readonly sessions: SessionsRepository,
    private readonly log: Log,
  ) {}

  /** @param originJti none where the app client does not allow revocation; then only refreshes count as use. */
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
      this.log.warn('the last use of some sessions was not recorded', { count: addresses.size, error });
    }
  }
}
