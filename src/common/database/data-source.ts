import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import {
  DataSource,
  type DataSourceOptions,
  type EntityMetadata,
  QueryFailedError,
  type QueryRunner,
} from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import { migrations } from './migrations/index.js';

/** `bigint` as a number, where pg returns a string; `timestamp` as UTC, where pg takes the zone of the process. */
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary' && oid === Number(pg.types.builtins.INT8)) return safeInteger;
    if (format !== 'binary' && oid === Number(pg.types.builtins.TIMESTAMP)) return utc;
    return pg.types.getTypeParser(oid, format) as (value: string) => unknown;
  },
};

const utc = (value: string): unknown => parseTimestampTz(`${value}+00`);

const parseTimestampTz = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ) as (value: string) => unknown;

function safeInteger(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError('an id is too large for a JSON number');
  return number;
}

/** The settings that pg's parsers expect. The columns of Rails hold UTC. */
const sessionSettings = `SET timezone TO 'UTC'; SET datestyle TO 'ISO'`;

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

/** Connects, and reads which columns the adopted tables have. */
export async function openDataSource(
  options: DataSourceOptions | undefined,
  prepare: PrepareDataSource,
): Promise<DataSource> {
  if (options === undefined) throw new TypeError('No options for the data source');
  const dataSource = await new DataSource(options).initialize();
  try {
    await prepare(dataSource);
    for (const metadata of dataSource.entityMetadatas)
      if (metadata.schema === undefined) await hideMissingColumns(dataSource, metadata);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

/** The table of another application may lack columns of the entity: those are neither read nor written. */
async function hideMissingColumns(dataSource: DataSource, metadata: EntityMetadata): Promise<void> {
  const rows = await dataSource.query<{ name: string }[]>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
    [metadata.tablePath],
  );
  const names = new Set(rows.map(({ name }) => name));
  for (const column of metadata.columns)
    if (!column.isVirtualProperty && !names.has(column.databaseName)) {
      column.isSelect = false;
      column.isInsert = false;
      column.isUpdate = false;
      if (column.isUpdateDate) metadata.updateDateColumn = undefined;
    }
}

/** Runs pending migrations, one process at a time. */
export function migrate(dataSource: DataSource): Promise<void> {
  return exclusively(dataSource, async (runner) => {
    await runner.query('CREATE SCHEMA IF NOT EXISTS usher');
    await retryOnLockTimeout(() => runner.dataSource.runMigrations());
  });
}

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
