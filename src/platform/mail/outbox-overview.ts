import type { Database } from '../database/database.js';
import * as sql from './outbox.sql.js';

/** The mails of one name that are on their way. */
export interface OutboxLine {
  mail: string;
  waiting: number;
  /** Of those, how many were tried already. */
  tried: number;
  /** Of those, how many nobody tries any more. */
  givenUp: number;
  /** Of those given up, how many because of the recipient. */
  refused: number;
  oldest: Date;
  lastError: string | null;
}

/** What an operator sees of the outbox, and does about it. */
export class OutboxOverview {
  constructor(private readonly database: Database) {}

  lines(): Promise<OutboxLine[]> {
    return this.database.query<OutboxLine & { [column: string]: unknown }>(sql.status);
  }

  /** Makes everything that failed due at once. How many that is. */
  async retry(): Promise<number> {
    return (await this.database.queryOne<{ count: number }>(sql.retry))?.count ?? 0;
  }
}
