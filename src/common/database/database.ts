import { AsyncLocalStorage } from 'node:async_hooks';
import { isDeepStrictEqual, types } from 'node:util';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import pg, { type Pool, type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import {
  DataSource,
  type EntityTarget,
  type ObjectLiteral,
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  type QueryRunner,
  type Repository,
} from 'typeorm';
import { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import type { Clock } from '../clock/clock.js';
import { AppError, isAppError } from '../errors/app-error.js';
import { adaptToUsersTable, resolveColumns, type UsersTable, usersTableOf } from './users-columns.js';

/** A prepared statement. PostgreSQL parses and plans it once per connection. */
export interface Statement {
  name: string;
  /** Columns that an adopted table may lack are in braces (`resolveColumns`). */
  text: string;
  /** For statements that read a whole table. */
  patienceMs?: number;
}

/** Seconds. PostgreSQL restarts and fails over within a few. */
const retryAfter = 5;

interface Transaction {
  runner: QueryRunner;
  client: PoolClient;
  afterCommit: (() => void)[];
}

/**
 * Queries in the current transaction: through TypeORM repositories (`with`), and as named statements where a race or a hot path
 * needs one (docs/adr/0018-entities.md). Both use TypeORM's connection pool.
 */
@Injectable()
export class Database {
  private readonly transactions = new AsyncLocalStorage<Transaction>();
  private repair: (() => Promise<void>) | undefined;
  private texts = new WeakMap<Statement, string>();
  /** How often columns have changed while this process runs. */
  private generation = 0;

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @throws AppError `overloaded` if the database is unavailable */
  async query<Row extends QueryResultRow>(statement: Statement, values: unknown[] = []): Promise<Row[]> {
    try {
      return (await this.send<Row>(statement, values)).rows;
    } catch (error) {
      // The type of a column has changed. An unnamed statement is planned again.
      if (isStalePlan(error)) return this.query({ ...statement, name: '' }, values);
      if (isChangedColumn(error) && this.repair)
        return this.afterRepair(
          this.repair,
          async () => (await this.send<Row>({ ...statement, name: '' }, values)).rows,
        );
      throw isConnectionError(error) ? new AppError('overloaded', { cause: error, retryAfter }) : error;
    }
  }

  /**
   * Runs `work` on the repository of an entity, in the current transaction if there is one. `work` must not wait for other services.
   * @throws AppError `overloaded` if the database is unavailable
   */
  async with<Entity extends ObjectLiteral, Result>(
    entity: EntityTarget<Entity>,
    work: (repository: Repository<Entity>) => Promise<Result>,
  ): Promise<Result> {
    const transaction = this.transactions.getStore();
    const workWith = ({ manager }: QueryRunner) => work(manager.getRepository(entity));
    const send = () => (transaction ? workWith(transaction.runner) : this.connected(workWith));
    try {
      return await send();
    } catch (error) {
      if (isChangedColumn(error) && this.repair) return this.afterRepair(this.repair, send);
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
      const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
        key,
      ]);
      if (!rows[0]?.locked) return false;
      await work(lost.signal);
      if (!lost.signal.aborted) await client.query('SELECT pg_advisory_unlock($1)', [key]);
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

  /** @returns whether the table of an adopted entity has the columns of these properties */
  hasColumns(entity: EntityTarget<ObjectLiteral>, properties: readonly string[]): boolean {
    const { columns } = this.dataSource.getMetadata(entity);
    return properties.every((name) =>
      columns.some((column) => column.propertyName === name && column.isUpdate),
    );
  }

  get usersTable(): UsersTable {
    return usersTableOf(this.dataSource);
  }

  /** To be called when the old application may have changed the columns of `users`. */
  async adaptToUsersTable(): Promise<void> {
    const before = this.usersTable;
    await adaptToUsersTable(this.dataSource);
    if (isDeepStrictEqual(this.usersTable, before)) return;
    this.texts = new WeakMap();
    this.generation += 1;
  }

  /** @param repair called when a statement fails because a column was changed, before the statement is retried */
  onChangedColumn(repair: () => Promise<void>): void {
    this.repair = repair;
  }

  /** Inside a transaction, the caller must retry: PostgreSQL has aborted the transaction. */
  private async afterRepair<Result>(
    repair: () => Promise<void>,
    retry: () => Promise<Result>,
  ): Promise<Result> {
    await repair();
    if (this.transactions.getStore()) throw new AppError('overloaded', { retryAfter: 1 });
    return retry();
  }

  private async begin<Result>(work: () => Promise<Result>): Promise<Result> {
    const afterCommit: Transaction['afterCommit'] = [];
    const result = await this.connected(async (runner, client) => {
      try {
        await runner.startTransaction();
        const done = await this.transactions.run({ runner, client, afterCommit }, work);
        await runner.commitTransaction();
        return done;
      } catch (error) {
        if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => close(client));
        throw error;
      }
    });
    for (const callback of afterCommit) callback();
    return result;
  }

  /** Runs `work` on a connection, which is closed after a connection error: it may hang, and the pool would lend it again. */
  private async connected<Result>(
    work: (runner: QueryRunner, client: PoolClient) => Promise<Result>,
  ): Promise<Result> {
    const runner = this.dataSource.createQueryRunner();
    const client = (await runner.connect()) as PoolClient;
    this.waitForAtShutdown(runner);
    try {
      return await work(runner, client);
    } catch (error) {
      if (isConnectionError(error)) close(client);
      throw error;
    } finally {
      await runner.release();
    }
  }

  /** TypeORM's shutdown would release the runners that it knows, in the middle of their work; the pool waits for its connections. */
  private waitForAtShutdown(runner: QueryRunner): void {
    const { connectedQueryRunners: known } = this.driver;
    const index = known.indexOf(runner);
    if (index >= 0) known.splice(index, 1);
  }

  private send<Row extends QueryResultRow>(
    statement: Statement,
    values: unknown[],
  ): Promise<QueryResult<Row>> {
    const transaction = this.transactions.getStore();
    const query = {
      // Unnamed inside a transaction, where a stale plan cannot be replaced.
      name: transaction ? '' : this.nameOf(statement),
      text: this.textOf(statement),
      values,
      ...(statement.patienceMs !== undefined && { query_timeout: statement.patienceMs }),
    };
    return (transaction?.client ?? this.pool).query<Row>(query);
  }

  /** pg refuses a name that a connection knows with another text. */
  private nameOf({ name }: Statement): string {
    return name === '' || this.generation === 0 ? name : `${name}-${this.generation}`;
  }

  private textOf(statement: Statement): string {
    const known = this.texts.get(statement);
    if (known !== undefined) return known;
    const text = resolveColumns(statement.text, this.usersTable);
    this.texts.set(statement, text);
    return text;
  }

  private get pool(): Pool {
    return this.driver.master as Pool;
  }

  private get driver(): PostgresDriver {
    const { driver } = this.dataSource;
    if (!(driver instanceof PostgresDriver)) throw new TypeError('Usher runs on PostgreSQL');
    return driver;
  }
}

/** The pool removes a closed connection when it is released. */
const close = (client: PoolClient): void => void client.end();

/** SQLSTATEs undefined_column, invalid_datetime_format, datetime_field_overflow, cannot_coerce and not_null_violation. */
const changedColumn = ['42703', '22007', '22008', '42846', '23502'];

/** TypeORM wraps the errors of pg. */
const driverError = (error: unknown): unknown =>
  error instanceof QueryFailedError ? error.driverError : error;

function isChangedColumn(error: unknown): boolean {
  const cause = driverError(error);
  return cause instanceof pg.DatabaseError && changedColumn.includes(cause.code ?? '');
}

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
  // TypeORM releases the runner of a connection that is lost between two statements.
  if (error instanceof QueryRunnerAlreadyReleasedError) return true;
  const cause = driverError(error);
  if (cause instanceof pg.DatabaseError) return connectionStates.test(cause.code ?? '');
  return types.isNativeError(cause) && ('syscall' in cause || connectionMessages.test(cause.message));
}

/** PostgreSQL restarts and fails over in less. */
const retryBudgetMs = 10_000;
const retryDelayMs = 500;

/**
 * Retries while the database is unavailable. For what must be recorded after a request to Cognito that cannot be repeated, such as a
 * refresh: with rotation Cognito returns new tokens only once.
 * @param work must be idempotent
 * @throws AppError `overloaded`
 */
export async function retryWhileOverloaded<Result>(
  clock: Clock,
  work: () => Promise<Result>,
): Promise<Result> {
  const until = clock.elapsed() + retryBudgetMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isAppError(error, 'overloaded') || clock.elapsed() > until) throw error;
      await clock.sleep(retryDelayMs);
    }
  }
}
