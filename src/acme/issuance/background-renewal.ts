import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { BackgroundWork } from '../../platform/background/background-work.js';
import { Config } from '../../platform/config/config.js';
import { Log } from '../../platform/logging/log.js';
import { Upkeep } from './upkeep.js';
import { WantedCertificates } from './wanted-certificates.js';

const intervalMs = 60_000;

/** Looks after the certificates each minute, where any is wanted. */
@Injectable()
export class BackgroundRenewal implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly ending = new AbortController();
  private readonly work = new BackgroundWork(() => this.round(), intervalMs);

  constructor(
    private readonly wanted: WantedCertificates,
    private readonly upkeep: Upkeep,
    private readonly config: Config,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.acme) this.work.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    // An order is not waited for: whoever comes next goes on with it.
    this.ending.abort();
    await this.work.stop();
  }

  /** There is no more to do until the next one. */
  private async round(): Promise<false> {
    try {
      if (this.config.acme) await this.wanted.each(this.config.acme, this.upkeep.tasks, this.ending.signal);
    } catch (error) {
      this.log.warn('the certificates could not be looked after', { error });
    }
    return false;
  }
}
