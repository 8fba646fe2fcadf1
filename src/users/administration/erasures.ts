import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { BackgroundWork } from '../../platform/background/background-work.js';
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
  private readonly work = new BackgroundWork(() => this.round(), pollMs);

  constructor(
    private readonly erasures: ErasuresRepository,
    private readonly pool: PoolUsers,
    private readonly audit: AuditTrail,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.work.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.work.stop();
  }

  /** Somebody here has just asked for one. */
  wake(): void {
    this.work.wake();
  }

  private async round(): Promise<boolean> {
    try {
      const taken = await this.erasures.take();
      if (taken) await this.finish(taken);
      return taken !== undefined;
    } catch (error) {
      this.log.warn('erasures that are due cannot be read', { error });
      return false;
    }
  }

  private async finish({ id, sub, email, tries }: TakenErasure): Promise<void> {
    try {
      await this.pool.delete({ id, sub, email });
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
