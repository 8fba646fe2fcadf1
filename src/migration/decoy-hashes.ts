import { Injectable } from '@nestjs/common';
import { bcryptDecoy } from '#password-hashes';
import { Clock } from '../platform/clock/clock.js';
import { HashSamples } from './persistence/hash-samples.js';

/** Devise's default since 4.0, for a table without any bcrypt hash. */
const defaultCost = 12;

const samplingIntervalMs = 10 * 60 * 1000;

/** Hashes that no password matches, as costly to check as most users' own: for people who have none. */
@Injectable()
export class DecoyHashes {
  private decoy: string | undefined;
  private sampledAt = 0;

  constructor(
    private readonly samples: HashSamples,
    private readonly clock: Clock,
  ) {}

  /** A decoy of the scheme and cost that most rows have. */
  async like(): Promise<string> {
    const now = this.clock.now().getTime();
    if (this.decoy === undefined || now - this.sampledAt > samplingIntervalMs) {
      this.decoy = bcryptDecoy((await this.samples.mostCommonBcryptCost()) ?? defaultCost);
      this.sampledAt = now;
    }
    return this.decoy;
  }
}
