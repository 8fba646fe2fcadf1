import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { BackgroundWork } from '../../platform/background/background-work.js';
import { Config } from '../../platform/config/config.js';
import { Log } from '../../platform/logging/log.js';
import { Renewer } from './renewer.js';

const intervalMs = 60_000;

/** Looks each minute whether a certificate is due, where any is wanted. */
@Injectable()
export class BackgroundRenewal implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly work = new BackgroundWork(() => this.round(), intervalMs);

  constructor(
    private readonly renewer: Renewer,
    private readonly config: Config,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.acme) this.work.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.work.stop();
  }

  private async round(): Promise<boolean> {
    try {
      if (this.config.acme) await this.renewer.renewDue(this.config.acme);
    } catch (error) {
      this.log.warn('certificates that are due could not be looked for', { error });
    }
    return false;
  }
}
