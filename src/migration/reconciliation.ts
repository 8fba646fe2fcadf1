import { randomUUID } from 'node:crypto';
import type { UserDirectory } from '../cognito/user-directory.js';
import type { Database } from '../platform/database/database.js';
import { type Listing, PoolListings } from './persistence/pool-listings.repository.js';
import type { EmailFrom, Finding } from './reconcile/finding.js';
import { Mending } from './reconcile/mending.js';

export { type EmailFrom, type Finding, type FindingKind, mendOf } from './reconcile/finding.js';

/** Compares the users table with the pool, and mends what differs. For an operator's command. */
export class Reconciliation {
  private readonly listings: PoolListings;
  private readonly mending: Mending;

  constructor(
    database: Database,
    private readonly directory: UserDirectory,
    private readonly how: { userPoolId: string; emailFrom: EmailFrom },
  ) {
    this.listings = new PoolListings(database);
    this.mending = new Mending(database, directory, how.userPoolId, how.emailFrom);
  }

  /**
   * Where people are linked to another pool, this may be the wrong one: everybody would seem to be missing in it.
   * @returns that pool, and how many they are
   */
  otherPool(): Promise<{ userPoolId: string; people: number } | undefined> {
    return this.listings.otherPool(this.how.userPoolId);
  }

  /**
   * Reads the whole pool, then calls `work`.
   * @param progress is told how many people were read so far
   * @throws AppError what `UserDirectory` throws
   */
  async withListing<Result>(
    progress: (people: number) => void,
    work: (listing: Listing) => Promise<Result>,
  ): Promise<Result> {
    const listing = { run: randomUUID(), beganAt: new Date() };
    await this.listings.clean(listing.run);
    try {
      let people = 0;
      for await (const page of this.directory.list()) {
        await this.listings.add(listing.run, page);
        progress((people += page.length));
      }
      await this.listings.analyse();
      return await work(listing);
    } finally {
      await this.listings.clean(listing.run);
    }
  }

  /** @param step is told what is compared next */
  compare(listing: Listing, step: (what: string) => void): AsyncIterable<Finding> {
    return this.listings.compare(listing, step);
  }

  /** Whether it was done: not where things have changed since. @throws AppError what `UserDirectory` throws */
  mend(finding: Finding): Promise<boolean> {
    return this.mending.mend(finding);
  }
}
