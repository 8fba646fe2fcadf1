import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, QueryFailedError, type DataSourceOptions, type QueryRunner } from 'typeorm';

// Any number, the same in every process of every version: "usher" on a telephone's keys.
const lockKey = 87_437;

const pollMs = 200;
const tries = 20;
const betweenTriesMs = 1000;

/** PostgreSQL's lock_not_available. */
const lockTimedOut = '55P03';

/** Connects, and brings the database up to date before anybody queries it. */
export async function openMigratedDataSource(options?: DataSourceOptions): Promise<DataSource> {
  if (options === undefined) throw new TypeError('No options for the data source');
  const dataSource = await new DataSource(options).initialize();
  try {
    await migrate(dataSource);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

/** Runs what is missing of the migrations, one process at a time. */
export function migrate(dataSource: DataSource): Promise<void> {
  return exclusively(dataSource, async (runner) => {
    await runner.query('CREATE SCHEMA IF NOT EXISTS usher');
    await unlessBusy(() => dataSource.runMigrations());
  });
}

/** Changes the schema while no other process does. */
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

/**
 * Asks again and again instead of waiting inside PostgreSQL: CREATE INDEX CONCURRENTLY waits for every transaction that
 * is open, and a session waiting in pg_advisory_lock() has one.
 */
async function lock(runner: QueryRunner): Promise<void> {
  for (;;) {
    const [row] = (await runner.query('SELECT pg_try_advisory_lock($1) AS locked', [lockKey])) as {
      locked: boolean;
    }[];
    if (row?.locked) return;
    await sleep(pollMs);
  }
}

/**
 * A migration gives up after its `lock_timeout`, so that the old application's queries never queue behind it; it gets
 * its turn at a quieter moment.
 */
export async function unlessBusy(change: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await change();
      return;
    } catch (error) {
      if (attempt === tries || !isLockTimeout(error)) throw error;
      await sleep(betweenTriesMs);
    }
  }
}

const isLockTimeout = (error: unknown): boolean =>
  error instanceof QueryFailedError && 'code' in error && error.code === lockTimedOut;
