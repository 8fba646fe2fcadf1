import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Log } from '../../platform/logging/log.js';
import { AuditTrail } from '../audit-trail.js';
import { ErasuresRepository, type TakenErasure } from '../persistence/erasures.repository.js';
import { PoolUsers } from './pool-users.js';

/** Milliseconds between looks for erasures that other processes began, or that are due again. */
const pollMs = 10_000;

/** From this try on an operator should look. */
const worrying = 5;

/**
 * Finishes erasures: deletes the person in the pool, however long that takes, and then what is left here. Every process
 * does; each erasure is taken by one at a time, and can be done again from any point.
 */
@Injectable()
export class Erasures implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private underWay: Promise<void> | undefined;
  private again = false;
  private stopped = false;

  constructor(
    private readonly erasures: ErasuresRepository,
    private readonly pool: PoolUsers,
    private readonly audit: AuditTrail,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.wake(), pollMs).unref();
    this.wake();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.underWay;
  }

  wake(): void {
    if (this.stopped) return;
    this.again = true;
    this.underWay ??= this.work().finally(() => (this.underWay = undefined));
  }

  private async work(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false;
      try {
        const taken = await this.erasures.take();
        if (taken === undefined) continue;
        this.again = true;
        await this.finish(taken);
      } catch (error) {
        this.log.warn('erasures that are due cannot be read', { error });
      }
    }
  }

  private async finish({ id, sub, email, tries }: TakenErasure): Promise<void> {
    try {
      await this.pool.delete({ sub, email });
      await this.erasures.transaction(async () => {
        await this.erasures.finish(id);
        await this.audit.record('usher', 'finish-erasure', { id });
      });
    } catch (error) {
      const entry = { user: id, tries, error };
      if (tries >= worrying)
        this.log.error('a person cannot be erased', { alarm: 'users.erasure_stuck', ...entry });
      else this.log.warn('a person could not be erased yet', entry);
    }
  }
}
