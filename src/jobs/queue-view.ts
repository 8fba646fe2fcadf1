import type { Database, Statement } from '../common/database/database.js';
import type { Queue, QueueFigures } from './queue.js';

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
