import { Injectable } from '@nestjs/common';
import { costOfCheck, decoyLike } from '#password-hashes';
import { Config } from '../../platform/config/config.js';
import { Clock } from '../../platform/clock/clock.js';
import { HashSamples } from '../persistence/hash-samples.js';

/** bcrypt with Devise's default cost since 4.0, for a table without any hash that we know. */
const defaultHash = `$2a$12$${'.'.repeat(53)}`;

const samplingIntervalMs = 10 * 60 * 1000;

/** Hashes that no password matches, as costly to check as most users' own: for people who have none. */
@Injectable()
export class DecoyHashes {
  private usual = defaultHash;
  private sampledAt = 0;

  constructor(
    private readonly samples: HashSamples,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** A decoy of the scheme and cost that most rows have; a new one each time, so that no answer to it is known already. */
  async ofUsualCost(): Promise<string> {
    const now = this.clock.now().getTime();
    if (now - this.sampledAt > samplingIntervalMs) {
      this.usual = decoyLike(this.mostCommon(await this.samples.newest()) ?? defaultHash);
      this.sampledAt = now;
    }
    return decoyLike(this.usual);
  }

  /** One of the strings whose cost most of them share. */
  private mostCommon(samples: string[]): string | undefined {
    const byCost = new Map<string, string[]>();
    for (const stored of samples) {
      const cost = costOfCheck(stored, this.config.migration.hashScheme);
      if (cost !== undefined) byCost.set(cost, [...(byCost.get(cost) ?? []), stored]);
    }
    return [...byCost.values()].sort((a, b) => b.length - a.length)[0]?.[0];
  }
}
