import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { DataSource, type DataSourceOptions, QueryFailedError, type QueryRunner } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import { migrations } from './migrations/index.js';

/** Parses bigint as a number; pg returns strings. */
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary' && oid === Number(pg.types.builtins.INT8)) return safeInteger;
    return pg.types.getTypeParser(oid, format) as (value: string) => unknown;
  },
};

function safeInteger(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError('an id is too large for a JSON number');
  return number;
}

/** The settings that pg's parsers expect. The columns of Rails hold UTC. */
const sessionSettings = `SET timezone TO 'UTC'; SET datestyle TO 'ISO'`;

export function dataSourceOptions(databaseUrl: string): PostgresDataSourceOptions {
  return {
    type: 'postgres',
    url: databaseUrl,
    applicationName: 'usher',
    schema: 'usher',
    migrations,
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    connectTimeoutMS: 5000,
    poolSize: 10,
    // TypeORM's default logger would print errors that are also thrown.
    logger: 'debug',
    // A statement, because PgBouncer refuses unknown start-up options.
    extra: { types, onConnect: (client: pg.ClientBase) => client.query(sessionSettings) },
  };
}

/** Must be the same in all versions ("usher" on a phone keypad). */
const lockKey = 87_437;

const pollMs = 200;
const maxTries = 20;
const retryDelayMs = 1000;

/** PostgreSQL's lock_not_available. */
const lockTimedOut = '55P03';

/** Runs before any other use of the data source, which is closed if it throws. */
export type PrepareDataSource = (dataSource: DataSource) => Promise<void>;

/** Connects and runs pending migrations. */
export const openMigratedDataSource = (options: DataSourceOptions): Promise<DataSource> =>
  openDataSource(options, migrate);

export async function openDataSource(
  options: DataSourceOptions | undefined,
  prepare: PrepareDataSource,
): Promise<DataSource> {
  if (options === undefined) throw new TypeError('No options for the data source');
  const dataSource = await new DataSource(options).initialize();
  try {
    await prepare(dataSource);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

/** Runs pending migrations, one process at a time. */
export function migrate(dataSource: DataSource): Promise<void> {
  return exclusively(dataSource, async (runner) => {
    await runner.query('CREATE SCHEMA IF NOT EXISTS usher');
    await retryOnLockTimeout(() => dataSource.runMigrations());
  });
}

/** Runs `work` while no other process changes the schema. */
export async function exclusively<Result>(
  dataSource: DataSource,
  work: (runner: QueryRunner) => Promise<Result>,
): Promise<Result> {
  const runner = dataSource.createQueryRunner();
  try {
    await lock(runner);
    const result = await work(runner).catch(async (error: unknown) => {
      await unlock(runner);
      throw error;
    });
    await unlock(runner);
    return result;
  } finally {
    await runner.release();
  }
}

const unlock = (runner: QueryRunner) => runner.query('SELECT pg_advisory_unlock($1)', [lockKey]);

/** Polls, because CREATE INDEX CONCURRENTLY waits for open transactions, and pg_advisory_lock() holds one open. */
async function lock(runner: QueryRunner): Promise<void> {
  for (;;) {
    const [row] = (await runner.query('SELECT pg_try_advisory_lock($1) AS locked', [lockKey])) as {
      locked: boolean;
    }[];
    if (row?.locked) return;
    await sleep(pollMs);
  }
}

/** Retries `change` after a `lock_timeout`, which keeps queries of the legacy application from queueing behind it. */
export async function retryOnLockTimeout(change: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await change();
      return;
    } catch (error) {
      if (attempt === maxTries || !isLockTimeout(error)) throw error;
      await sleep(retryDelayMs);
    }
  }
}

const isLockTimeout = (error: unknown): boolean =>
  error instanceof QueryFailedError && 'code' in error && error.code === lockTimedOut;
