import { Column } from 'typeorm';
import type { Database, Statement } from '../common/database/database.js';
import { type Queue, type QueueFigures, QueueView } from './queue.js';

/** Columns of every queue. Each entity adds `next_try_at`, whose default differs. */
export abstract class LeasedRow {
  @Column('int4', { default: 0 })
  tries!: number;

  /** Names and codes, without personal data. */
  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;

  /** End of the lease of an attempt in progress; `null` after a failure. */
  @Column('timestamptz', { name: 'leased_until', nullable: true })
  leasedUntil!: Date | null;
}

/** All parts are SQL. `job` is the row of the queue; its columns `next_try_at`, `tries`, `last_error` and `leased_until` are expected. */
export interface QueueTable {
  /** Table in the schema `usher`. Prefix of the statements' names as well. */
  table: string;
  key: string;
  /** Columns that `take` returns. */
  columns: string;
  /** When the work was requested. */
  requestedAt: string;
  /** Condition of the rows that are work of this queue; by default all. */
  only?: string;
  /** Column with the time from which on a row is not retried any more. */
  givenUpAt?: string;
  /** Further assignments when an operator retries a row. */
  onRetry?: string;
}

/** Seconds. The lease doubles with each attempt, and is the back-off after a failure or crash. */
export interface Lease {
  first: number;
  longest: number;
}

const defaultLease: Lease = { first: 60, longest: 3600 };

/**
 * A table of work in which a lease gives each row to one process at a time. Earlier releases use the same tables: they lease by
 * `next_try_at` and ignore `leased_until`, which tells an attempt in progress from a back-off (docs/adr/0019-jobs.md).
 */
export class LeasedQueue<Row> implements Queue {
  private readonly takeStatement: Statement;
  private readonly recordErrorStatement: Statement;
  private readonly view: QueueView;

  constructor(queue: QueueTable) {
    const { table, key, columns, requestedAt, only = 'true', givenUpAt, onRetry } = queue;
    const name = table.replaceAll('_', '-');
    const retried = givenUpAt === undefined ? only : `${only} AND ${givenUpAt} IS NULL`;
    const running = 'coalesce(leased_until > now() AND next_try_at > now(), false)';
    const givenUp = givenUpAt === undefined ? 'false' : `${givenUpAt} IS NOT NULL`;
    const failed = `(${givenUp} OR last_error IS NOT NULL) AND NOT ${running}`;
    const nextTry = 'now() + make_interval(secs => least($3::float8, $2::float8 * 2 ^ least(tries, 20)))';
    this.takeStatement = {
      name: `${name}-take`,
      text: `
        WITH due AS (
          SELECT ${key} AS due_key FROM usher.${table} AS job WHERE ${retried} AND next_try_at <= now()
          ORDER BY next_try_at LIMIT $1 FOR UPDATE SKIP LOCKED
        )
        UPDATE usher.${table} AS job SET tries = tries + 1, next_try_at = ${nextTry}, leased_until = ${nextTry}
        FROM due WHERE ${key} = due_key
        RETURNING ${columns}`,
    };
    this.recordErrorStatement = {
      name: `${name}-record-error`,
      text: `UPDATE usher.${table} SET last_error = $3, leased_until = NULL WHERE ${key} = $1 AND tries = $2`,
    };
    const figures: Statement = {
      name: `${name}-queue-figures`,
      text: `
        SELECT count(*)::int AS waiting,
          count(*) FILTER (WHERE ${retried} AND next_try_at <= now())::int AS due,
          count(*) FILTER (WHERE ${running})::int AS running,
          count(*) FILTER (WHERE ${failed})::int AS failed,
          coalesce(max(tries) FILTER (WHERE ${failed}), 0) AS attempts,
          min(${requestedAt}) AS oldest,
          (array_agg(last_error ORDER BY ${requestedAt} DESC) FILTER (WHERE last_error IS NOT NULL))[1] AS "lastError"
        FROM usher.${table} AS job WHERE ${only}`,
    };
    const retry: Statement = {
      name: `${name}-queue-retry`,
      text: `
        UPDATE usher.${table} AS job SET next_try_at = now()${onRetry === undefined ? '' : `, ${onRetry}`}
        WHERE ${only} AND ${failed} AND (${givenUp} OR next_try_at > now())
        RETURNING 1`,
    };
    this.view = new QueueView(figures, retry);
  }

  /** Leases rows that are due. If the process dies, they are due again when the lease expires. */
  take(database: Database, count: number, { first, longest } = defaultLease): Promise<Row[]> {
    return database.query<Row & { [column: string]: unknown }>(this.takeStatement, [count, first, longest]);
  }

  /** Ends the lease of this attempt; the back-off stays. @param reason without personal data */
  async recordError(
    database: Database,
    { key, tries }: { key: string | number; tries: number },
    reason: string,
  ): Promise<void> {
    await database.query(this.recordErrorStatement, [key, tries, reason]);
  }

  figures(database: Database): Promise<QueueFigures> {
    return this.view.figures(database);
  }

  /** Leaves alone what a process of this release is working on. */
  retry(database: Database): Promise<number> {
    return this.view.retry(database);
  }
}
