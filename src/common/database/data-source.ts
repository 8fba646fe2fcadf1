import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { DataSource, type DataSourceOptions, QueryFailedError, type QueryRunner } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import { migrations } from './migrations/index.js';
import { createUsers } from './migrations/users-table.js';
import { adaptToUsersTable, addOwnColumns, type Reader, requireAdoptable } from './users-columns.js';

/** `bigint` as a number if JSON can hold it, where pg returns a string; `timestamp` as UTC, where pg takes the zone of the process. */
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary' && oid === Number(pg.types.builtins.INT8)) return parseInteger;
    if (format !== 'binary' && oid === Number(pg.types.builtins.TIMESTAMP)) return utc;
    return pg.types.getTypeParser(oid, format) as (value: string) => unknown;
  },
};

const utc = (value: string): unknown => parseTimestampTz(`${value}+00`);

const parseTimestampTz = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ) as (value: string) => unknown;

function parseInteger(value: string): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/**
 * Statements name the table `users` without its schema: it is the adopted table, or our own one in the schema `usher` beside a `users`
 * of another application.
 */
const findOwnTable = `
  SELECT set_config('search_path', 'usher, ' || current_setting('search_path'), false) WHERE to_regclass('usher.users') IS NOT NULL`;

/** The settings that pg's parsers expect. The columns of Rails hold UTC. */
const sessionSettings = `SET timezone TO 'UTC'; SET datestyle TO 'ISO'; ${findOwnTable}`;

/** Milliseconds. Without a query timeout, a dropped connection would block callers forever. */
const queryTimeoutMs = 5000;

/** @param databaseUrl of PostgreSQL. Entities are added by `TypeOrmModule.forFeature`. */
export function dataSourceOptions(databaseUrl: string): PostgresDataSourceOptions {
  return {
    type: 'postgres',
    url: databaseUrl,
    applicationName: 'usher',
    connectTimeoutMS: 5000,
    poolSize: 10,
    // TypeORM's default logger would print errors that are also thrown.
    logger: 'debug',
    extra: {
      types,
      // A statement, because PgBouncer refuses unknown start-up options.
      onConnect: (client: pg.ClientBase) => client.query(sessionSettings),
      query_timeout: queryTimeoutMs,
    },
  };
}

/** The migrations of this release, by the names that `usher.schema_migrations` keeps. */
export const migrationNames: readonly string[] = migrations.map(({ name }) => name);

/** For changes of the schema, which may wait for locks and read whole tables. */
export function migrationOptions(options: DataSourceOptions): PostgresDataSourceOptions {
  if (options.type !== 'postgres') throw new TypeError('Usher runs on PostgreSQL');
  return {
    ...options,
    entities: [],
    schema: 'usher',
    migrations,
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    // One for the lock, one for the migration.
    poolSize: 2,
    extra: { ...(options.extra as object), query_timeout: undefined },
  };
}

/** Must be the same in all versions ("usher" on a phone keypad). */
const lockKey = 87_437;

const pollMs = 200;
const maxTries = 20;
const retryDelayMs = 1000;

/** PostgreSQL's lock_not_available and deadlock_detected. */
const lockErrors = ['55P03', '40P01'];

/** Runs before any other use of the data source, which is closed if it throws. */
export type PrepareDataSource = (dataSource: DataSource) => Promise<void>;

/** Connects and runs pending migrations. */
export const openMigratedDataSource = (options: DataSourceOptions): Promise<DataSource> =>
  openDataSource(options, migrate);

/** Connects, and reads which columns the table `users` has. */
export async function openDataSource(
  options: DataSourceOptions | undefined,
  prepare: PrepareDataSource,
): Promise<DataSource> {
  if (options === undefined) throw new TypeError('No options for the data source');
  const dataSource = await new DataSource(options).initialize();
  try {
    await prepare(dataSource);
    if (await isSearchPathStale(dataSource)) {
      await dataSource.destroy();
      await dataSource.initialize();
    }
    await adaptToUsersTable(dataSource);
    return dataSource;
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    throw error;
  }
}

/**
 * Runs pending migrations, one process at a time.
 * @param adopt whether an existing `users` is adopted; otherwise ours is `usher.users` where that name is taken
 * @throws StartError if the existing `users` cannot be adopted
 */
export function migrate(dataSource: DataSource, { adopt = true } = {}): Promise<void> {
  return exclusively(dataSource, async (runner) => {
    await runner.query('CREATE SCHEMA IF NOT EXISTS usher');
    if (!(await isInstalled(runner))) {
      if (adopt) await requireAdoptable(runner);
      else await createBeside(runner);
    }
    await retryOnLockTimeout(() => addOwnColumns(runner));
    await retryOnLockTimeout(() => runner.dataSource.runMigrations());
  });
}

const readFlag = async (runner: Reader, condition: string): Promise<boolean> =>
  ((await runner.query(`SELECT ${condition} AS flag`)) as { flag: boolean }[])[0]?.flag ?? false;

const isInstalled = (runner: QueryRunner) =>
  readFlag(runner, `to_regclass('usher.installation') IS NOT NULL`);

/** Our table beside a `users` of another application. This connection and those that are opened from now on find ours. */
async function createBeside(runner: QueryRunner): Promise<void> {
  if (!(await readFlag(runner, `to_regclass('users') IS NOT NULL AND to_regclass('usher.users') IS NULL`)))
    return;
  await runner.query(createUsers('usher'));
  await runner.query(findOwnTable);
}

/** The connection is older than our table. */
const isSearchPathStale = (dataSource: DataSource) =>
  readFlag(dataSource, `coalesce(to_regclass('usher.users') <> to_regclass('users'), false)`);

/** Runs `work` on connections of its own, while no other process changes the schema. */
export async function exclusively<Result>(
  { options }: DataSource,
  work: (runner: QueryRunner) => Promise<Result>,
): Promise<Result> {
  const dataSource = await new DataSource(migrationOptions(options)).initialize();
  try {
    const runner = dataSource.createQueryRunner();
    await lock(runner);
    try {
      return await work(runner);
    } finally {
      // Behind a pooler the lock can outlast the connection.
      await runner.query('SELECT pg_advisory_unlock($1)', [lockKey]).catch(() => undefined);
    }
  } finally {
    await dataSource.destroy();
  }
}

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

/** Retries `change` after a `lock_timeout` or a deadlock, which keeps queries of the legacy application from queueing behind it. */
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
  error instanceof QueryFailedError && 'code' in error && lockErrors.includes(String(error.code));
