import { Injectable } from '@nestjs/common';
import type { MigrationProgressResponse } from '#contracts';
import { Clock } from '../platform/clock/clock.js';
import type { Database } from '../platform/database/database.js';
import { DuplicateAddresses } from '../users/duplicate-addresses.js';
import { MigrationCounts } from './persistence/migration-counts.repository.js';
import { summarise, type View } from './progress/summary.js';

export const usualView = { days: 30, inactiveAfter: 12 };

/** How far the migration is, from counts that are kept: no look at it reads the users table. */
@Injectable()
export class MigrationProgress {
  constructor(
    private readonly counts: MigrationCounts,
    private readonly duplicates: DuplicateAddresses,
    private readonly clock: Clock,
  ) {}

  /** For a command, which has no container. */
  static of(database: Database, clock: Clock): MigrationProgress {
    return new MigrationProgress(
      new MigrationCounts(database),
      new DuplicateAddresses(database, clock),
      clock,
    );
  }

  /** @param patience milliseconds to wait for what reads the whole table */
  async read(
    view: Pick<View, 'days' | 'inactiveAfter' | 'unmarkedScheme'>,
    patience: number,
  ): Promise<MigrationProgressResponse> {
    const [counts, knowsSignIns, duplicates] = await Promise.all([
      this.counts.read(),
      this.counts.knowsSignIns(),
      this.duplicates.read(patience),
    ]);
    return summarise(counts, { ...view, knowsSignIns, duplicates, now: this.clock.now() });
  }

  /** Counts everybody anew; how many that are. */
  async recount(): Promise<number> {
    await this.counts.recount();
    return (await this.counts.read()).reduce((sum, { people }) => sum + people, 0);
  }
}
