import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Clock } from '../clock/clock.js';

/**
 * Holds refusals until a fixed time after the request arrived, so that the time of an answer does not tell an unknown
 * user from a wrong password: the one costs a look-up, the other a migration trigger and a hash.
 */
@Injectable()
export class RefusalTime {
  private readonly milliseconds: number;

  constructor(
    config: Config,
    private readonly clock: Clock,
  ) {
    this.milliseconds = config.refusalTimeMs;
  }

  /** @param elapsedMs since the request arrived, as Fastify's `reply.elapsedTime` has it. */
  async hold(elapsedMs: number): Promise<void> {
    await this.clock.sleep(Math.max(0, this.milliseconds - elapsedMs));
  }
}
