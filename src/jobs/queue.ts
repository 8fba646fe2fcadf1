import type { Database, Statement } from '../common/database/database.js';

/** The waiting work of one kind, for operators. */
export interface QueueFigures {
  /** All of it, with what is running or given up. */
  waiting: number;
  /** A process takes it at its next poll. */
  due: number;
  /** Leased by a process. */
  running: number;
  /** Failed and not running: waits for its next attempt, or is given up. */
  failed: number;
  /** Of the failed item with the most attempts; 0 if attempts are not counted. */
  attempts: number;
  oldest: Date | null;
  /** The newest one, without personal data. */
  lastError: string | null;
}

/** Waiting work that operators can list and retry. */
export interface Queue {
  figures(database: Database): Promise<QueueFigures>;
  /** Makes failed work due at once. @returns the number of items */
  retry(database: Database): Promise<number>;
}

/** Work with rules of its own, listed like a queue. */
export class QueueView implements Queue {
  /**
   * @param read returns the columns of `QueueFigures`
   * @param retryFailed returns a row for each item that it makes due; without it, failed work needs no retry by operators
   */
  constructor(
    private readonly read: Statement,
    private readonly retryFailed?: Statement,
  ) {}

  async figures(database: Database): Promise<QueueFigures> {
    const row = await database.queryOne<QueueFigures & { [column: string]: unknown }>(this.read);
    if (row === undefined) throw new TypeError('an aggregate query returned no row');
    return row;
  }

  async retry(database: Database): Promise<number> {
    return this.retryFailed === undefined ? 0 : (await database.query(this.retryFailed)).length;
  }
}
