import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import pg, { type Pool, type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import { DataSource } from 'typeorm';
import { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { AppError } from '../errors/app-error.js';
import { isUnreachable } from './unreachable.js';

/** A prepared statement. PostgreSQL parses and plans it once a connection, under its name. */
export interface Statement {
  name: string;
  text: string;
  /** For the few that read a whole table. */
  patienceMs?: number;
}

/** Our statements take milliseconds. On a network that lost its way nobody would ever be told, and all would wait. */
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

  /** @throws AppError `overloaded` while the database is away */
  async query<Row extends QueryResultRow>(statement: Statement, values: unknown[] = []): Promise<Row[]> {
    try {
      return (await this.send<Row>(statement, values)).rows;
    } catch (error) {
      // Somebody changed a column's type. PostgreSQL plans anew when asked under another name.
      if (isStalePlan(error)) return this.query({ ...statement, name: '' }, values);
      if (isChangedColumn(error) && this.repair) return this.afterRepair(this.repair, statement, values);
      throw isUnreachable(error) ? new AppError('overloaded', { cause: error, retryAfter }) : error;
    }
  }

  async queryOne<Row extends QueryResultRow>(
    statement: Statement,
    values: unknown[] = [],
  ): Promise<Row | undefined> {
    return (await this.query<Row>(statement, values))[0];
  }

  /**
   * Everything `work` asks of the database happens, or nothing of it. A transaction inside another is part of it. It holds
   * a connection, so `work` waits for nothing but the database.
   * @throws AppError `overloaded` while the database is away
   */
  async transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.transactions.getStore()) return work();
    try {
      return await this.begin(work);
    } catch (error) {
      throw isUnreachable(error) ? new AppError('overloaded', { cause: error, retryAfter }) : error;
    }
  }

  /**
   * Does `work` while no other process does the same, or not at all. Unlike a transaction it may wait for other services.
   * @param key the same in every process of every version
   * @param work is told by the signal when the lock was lost, because the database went away
   * @returns whether it was done
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
      // The lock goes with its connection.
      lose();
      throw error;
    } finally {
      client.off('error', lose);
      client.release(lost.signal.aborted);
    }
  }

  /** Calls back once what is under way is there for others to see: at once, outside of a transaction. */
  afterCommit(callback: () => void): void {
    const transaction = this.transactions.getStore();
    if (transaction) transaction.afterCommit.push(callback);
    else callback();
  }

  /** @param repair called when a column is not what a statement takes it for, before it is sent once more */
  onChangedColumn(repair: () => Promise<void>): void {
    this.repair = repair;
  }

  /** A transaction has failed with its statement: its caller tries again. */
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
    // A connection that ends says so to its pool, but not while somebody has it: then to nobody, which ends the process.
    client.on('error', ignore);
    try {
      await client.query(plain('BEGIN'));
      const result = await this.transactions.run(transaction, work);
      await client.query(plain('COMMIT'));
      done = true;
      return result;
    } finally {
      // A connection that cannot even roll back is of no use to the next one.
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
      // None there: a plan that became stale could not be made anew within a transaction.
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

// Whoever waits for a query hears of it there.
const ignore = () => undefined;

const plain = (text: string) => ({ text, query_timeout: patienceMs });

/** The error, where there is one. */
async function rollBack(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query(plain('ROLLBACK'));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error('the transaction could not be rolled back');
  }
}

/** PostgreSQL's undefined_column, invalid_datetime_format, datetime_field_overflow and cannot_coerce. */
const changedColumn = ['42703', '22007', '22008', '42846'];

const isChangedColumn = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && changedColumn.includes(error.code ?? '');

const isStalePlan = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === '0A000' && error.message.includes('cached plan');
