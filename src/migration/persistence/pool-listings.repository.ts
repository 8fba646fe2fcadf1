import { Injectable } from '@nestjs/common';
import type { PoolUser } from '../../cognito/user-directory.js';
import { Database, type Statement } from '../../platform/database/database.js';
import type { Finding } from '../reconcile/finding.js';
import * as sql from './pool-listings.sql.js';

/** One reading of the pool. */
export interface Listing {
  /** A UUID. */
  run: string;
  beganAt: Date;
}

const comparisons: readonly Statement[] = [
  sql.missingInPool,
  sql.missingHere,
  sql.emailDiffers,
  sql.disabledHere,
  sql.disabledInPool,
  sql.duplicatesHere,
  sql.duplicatesInPool,
];

/** What was read of the pool, beside the users table. */
@Injectable()
export class PoolListings {
  constructor(private readonly database: Database) {}

  /** Also what killed runs have left. */
  async clean(run: string): Promise<void> {
    await this.database.query(sql.clean, [run]);
  }

  async add(run: string, users: readonly PoolUser[]): Promise<void> {
    const column = <Key extends keyof PoolUser>(key: Key) => users.map((user) => user[key] ?? null);
    await this.database.query(sql.insert, [
      ...[run, column('sub'), column('username'), column('email'), column('emailVerified')],
      ...[column('status'), column('enabled'), column('createdAt')],
    ]);
  }

  async analyse(): Promise<void> {
    await this.database.query(sql.analyse);
  }

  /** One by one, read page by page: what is done about one may take time. */
  async *compare({ run, beganAt }: Listing): AsyncIterable<Finding> {
    for (const statement of comparisons) yield* this.findings(statement, [run, beganAt]);
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
