import { emailSpellings } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { PoolUser } from '../../cognito/user-directory.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Statement } from '../../platform/database/database.js';
import { DuplicateAddresses } from '../../users/duplicate-addresses.js';
import type { Finding } from '../reconcile/finding.js';
import * as sql from './pool-listings.sql.js';

/** One reading of the pool. */
export interface Listing {
  /** A UUID. */
  run: string;
  beganAt: Date;
}

/** In the order of the list. */
const comparisons: readonly [what: string, Statement][] = [
  ['people whom the pool does not know', sql.missingInPool],
  ['people of the pool whom no row is linked to', sql.missingHere],
  ['addresses', sql.emailDiffers],
  ['who is disabled here', sql.disabledHere],
  ['who is disabled in the pool', sql.disabledInPool],
  ['addresses that several people share here', sql.duplicatesHere],
  ['addresses that several people share in the pool', sql.duplicatesInPool],
];

/** What was read of the pool, beside the users table. */
@Injectable()
export class PoolListings {
  private readonly duplicates: DuplicateAddresses;

  constructor(private readonly database: Database) {
    this.duplicates = new DuplicateAddresses(database, new Clock());
  }

  /** Also what killed runs have left. */
  async clean(run: string): Promise<void> {
    await this.database.query(sql.clean, [run]);
  }

  async add(run: string, users: readonly PoolUser[]): Promise<void> {
    const column = <Key extends keyof PoolUser>(key: Key) => users.map((user) => user[key] ?? null);
    await this.database.query(sql.insert, [
      ...[run, column('sub'), column('username'), column('email'), column('emailVerified')],
      ...[column('status'), column('enabled')],
      users.map(({ email }) => JSON.stringify(email === undefined ? [] : emailSpellings(email))),
    ]);
  }

  async analyse(): Promise<void> {
    await this.database.query(sql.analyse);
  }

  /** The pool that most people are linked to of those who are linked to another one than this. */
  async otherPool(userPoolId: string): Promise<{ userPoolId: string; people: number } | undefined> {
    return this.database.queryOne(sql.findOtherPools, [userPoolId]);
  }

  /** @param step is told what is compared next */
  async *compare({ run, beganAt }: Listing, step: (what: string) => void): AsyncIterable<Finding> {
    for (const [what, statement] of comparisons) {
      step(what);
      yield* this.findings(statement, [run, beganAt]);
    }
    step('international addresses that several people share here');
    for (const { sub, ...row } of await this.duplicates.findSharedSpellings())
      yield { kind: 'duplicate_here', ...row, sub, username: null, poolEmail: null };
  }

  private async *findings(statement: Statement, [run, beganAt]: [string, Date]): AsyncIterable<Finding> {
    for (let after = ''; ;) {
      const values = statement === sql.missingInPool ? [run, after, beganAt] : [run, after];
      const page = await this.database.query<Finding & { key: string }>(statement, values);
      for (const { key: _key, ...finding } of page) yield finding;
      const last = page.at(-1);
      if (last === undefined || page.length < sql.pageSize) return;
      after = last.key;
    }
  }
}
