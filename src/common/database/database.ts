import { AsyncLocalStorage } from 'node:async_hooks';
import { types } from 'node:util';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import pg, { type Pool, type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import { DataSource } from 'typeorm';
import { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { AppError } from '../errors/app-error.js';

/** A prepared statement. PostgreSQL parses and plans it once per connection. */
export interface Statement {
  name: string;
  text: string;
  /** For statements that read a whole table. */
  patienceMs?: number;
}

/** Without a query timeout, a dropped connection would block callers forever. */
const patienceMs = 5000;

/** Seconds. PostgreSQL restarts and fails over within a few. */
const retryAfter = 5;

interface Transaction {
  client: PoolClient;
  afterCommit: (() => void)[];
}

/**
 * SQL through TypeORM's own connection pool, as named statements: TypeORM's query builder sends unnamed ones, which took
 * 1.5 to 6 times as long for the same row (docs/adr/0003-sql-in-repositories.md).
 */
@Injectable()
export class Database {
  private readonly transactions = new AsyncLocalStorage<Transaction>();
  private repair: (() => Promise<void>) | undefined;

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @throws AppError `overloaded` if the database is unavailable */
  async query<Row extends QueryResultRow>(statement: Statement, values: unknown[] = []): Promise<Row[]> {
    try {
      return (await this.send<Row>(statement, values)).rows;
    } catch (error) {
      // The type of a column has changed. An unnamed statement is planned again.
      if (isStalePlan(error)) return this.query({ ...statement, name: '' }, values);
      if (isChangedColumn(error) && this.repair) return this.afterRepair(this.repair, statement, values);
      throw isConnectionError(error) ? new AppError('overloaded', { cause: error, retryAfter }) : error;
    }
  }

  async queryOne<Row extends QueryResultRow>(
    statement: Statement,
    values: unknown[] = [],
  ): Promise<Row | undefined> {
    return (await this.query<Row>(statement, values))[0];
  }

  /**
   * Commits if `work` resolves, else rolls back. A nested transaction is part of the outer one. It holds a connection, so `work`
   * must not wait for other services.
   * @throws AppError `overloaded` if the database is unavailable
   */
  async transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.transactions.getStore()) return work();
    try {
      return await this.begin(work);
    } catch (error) {
      throw isConnectionError(error) ? new AppError('overloaded', { cause: error, retryAfter }) : error;
    }
  }

  /**
   * Runs `work` if no other process holds the lock. Unlike in a transaction, `work` may wait for other services.
   * @param key of the advisory lock; must be the same in all versions
   * @param work gets a signal that aborts when the lock is lost with its connection
   * @returns whether `work` ran
   */
  async exclusively(key: number, work: (lost: AbortSignal) => Promise<void>): Promise<boolean> {
    const client = await this.pool.connect();
    const lost = new AbortController();
    const lose = () => lost.abort();
    client.on('error', lose);
    try {
      const lock = { ...plain('SELECT pg_try_advisory_lock($1) AS locked'), values: [key] };
      const { rows } = await client.query<{ locked: boolean }>(lock);
      if (!rows[0]?.locked) return false;
      await work(lost.signal);
      if (!lost.signal.aborted)
        await client.query({ ...plain('SELECT pg_advisory_unlock($1)'), values: [key] });
      return true;
    } catch (error) {
      // Closes the connection below, which releases the lock.
      lose();
      throw error;
    } finally {
      client.off('error', lose);
      client.release(lost.signal.aborted);
    }
  }

  /** Calls `callback` after the commit, or immediately outside of a transaction. */
  afterCommit(callback: () => void): void {
    const transaction = this.transactions.getStore();
    if (transaction) transaction.afterCommit.push(callback);
    else callback();
  }

  /** @param repair called when a statement fails because a column was changed, before the statement is retried */
  onChangedColumn(repair: () => Promise<void>): void {
    this.repair = repair;
  }

  /** Inside a transaction, the caller must retry: PostgreSQL has aborted the transaction. */
  private async afterRepair<Row extends QueryResultRow>(
    repair: () => Promise<void>,
    statement: Statement,
    values: unknown[],
  ): Promise<Row[]> {
    await repair();
    if (this.transactions.getStore()) throw new AppError('overloaded', { retryAfter: 1 });
    return (await this.send<Row>({ ...statement, name: '' }, values)).rows;
  }

  private async begin<Result>(work: () => Promise<Result>): Promise<Result> {
    const client = await this.pool.connect();
    const transaction: Transaction = { client, afterCommit: [] };
    let done = false;
    // While a client is checked out, the pool does not handle its `error` event, which would end the process.
    client.on('error', ignore);
    try {
      await client.query(plain('BEGIN'));
      const result = await this.transactions.run(transaction, work);
      await client.query(plain('COMMIT'));
      done = true;
      return result;
    } finally {
      // A connection that cannot roll back is removed from the pool.
      const broken = done ? undefined : await rollBack(client);
      client.off('error', ignore);
      client.release(broken);
      if (done) for (const callback of transaction.afterCommit) callback();
    }
  }

  private send<Row extends QueryResultRow>(
    statement: Statement,
    values: unknown[],
  ): Promise<QueryResult<Row>> {
    const transaction = this.transactions.getStore();
    const query = {
      // Unnamed inside a transaction, where a stale plan cannot be replaced.
      name: transaction ? '' : statement.name,
      text: statement.text,
      values,
      query_timeout: statement.patienceMs ?? patienceMs,
    };
    return (transaction?.client ?? this.pool).query<Row>(query);
  }

  private get pool(): Pool {
    const { driver } = this.dataSource;
    if (!(driver instanceof PostgresDriver)) throw new TypeError('Usher runs on PostgreSQL');
    return driver.master as Pool;
  }
}

// The pending query rejects as well.
const ignore = () => undefined;

const plain = (text: string) => ({ text, query_timeout: patienceMs });

/** Returns the error if the rollback fails. */
async function rollBack(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query(plain('ROLLBACK'));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error('the transaction could not be rolled back');
  }
}

/** SQLSTATEs undefined_column, invalid_datetime_format, datetime_field_overflow and cannot_coerce. */
const changedColumn = ['42703', '22007', '22008', '42846'];

const isChangedColumn = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && changedColumn.includes(error.code ?? '');

const isStalePlan = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === '0A000' && error.message.includes('cached plan');

/**
 * SQLSTATE classes and codes (PostgreSQL, appendix A): connection exceptions, insufficient resources, shutdown and start of the
 * server, and a read-only standby after a failover.
 */
const connectionStates = /^(08|53|57P0[123]|25006)/;

/** Messages of pg for lost and failed connections. These errors have no code. */
const connectionMessages = /connection terminated|connection error|not queryable|timeout e|read timeout/i;

/** Whether the database is unavailable, so that a retry can succeed. */
export function isConnectionError(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return connectionStates.test(error.code ?? '');
  return types.isNativeError(error) && ('syscall' in error || connectionMessages.test(error.message));
}
