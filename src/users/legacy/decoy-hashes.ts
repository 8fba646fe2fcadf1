import { Injectable } from '@nestjs/common';
import { bcryptDecoy } from '#password-hashes';
import { Clock } from '../../platform/clock/clock.js';
import { HashSamples } from '../persistence/hash-samples.js';

/** Devise's default since 4.0, for a table without any bcrypt hash. */
const defaultCost = 12;

const samplingIntervalMs = 10 * 60 * 1000;

/** Hashes that no password matches, as costly to check as most users' own: for people who have none. */
@Injectable()
export class DecoyHashes {
  private cost = defaultCost;
  private sampledAt = 0;

  constructor(
    private readonly samples: HashSamples,
    private readonly clock: Clock,
  ) {}

  /** A decoy of the cost that most rows have; a new one each time, so that no answer to it is known already. */
  async ofUsualCost(): Promise<string> {
    const now = this.clock.now().getTime();
    if (now - this.sampledAt > samplingIntervalMs) {
      this.cost = (await this.samples.mostCommonBcryptCost()) ?? defaultCost;
      this.sampledAt = now;
    }
    return bcryptDecoy(this.cost);
  }
}
