import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import bcrypt from 'bcryptjs';
import pg from 'pg';
import type { DataSource, DataSourceOptions } from 'typeorm';
import { loadDeviseUsers } from '../../../apps/local-stack/src/demo-users.js';
import { dataSourceOptions, openMigratedDataSource } from '../../../src/common/database/data-source.js';
import { deviseUsers } from '../builders/devise-users.js';
import { until } from './until.js';

/** A database for one test. */
export interface TestDatabase {
  url: string;
  /** Queries the database in tests. Times are returned as text, independent of the time zone. */
  sql<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Opens a connection that is closed with the database. */
  connect(): Promise<pg.Client>;
  /** Runs the migrations. The data source is closed with the database. */
  migrate(entities?: DataSourceOptions['entities']): Promise<DataSource>;
  drop(): Promise<void>;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export async function createDatabase(): Promise<TestDatabase> {
  const server = process.env.USHER_TEST_POSTGRES_URL;
  if (server === undefined) throw new Error('Run the tests with "npm test": it starts PostgreSQL');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await withClient(server, (client) => client.query(`CREATE DATABASE ${name}`));
  const url = new URL(server);
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 2 });
  const closers: (() => Promise<unknown>)[] = [() => pool.end()];
  return {
    url: url.href,
    sql: async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
      (await pool.query<Row>(text, values)).rows,
    connect: async () => {
      const client = new pg.Client({ connectionString: url.href });
      closers.push(() => client.end());
      await client.connect();
      return client;
    },
    migrate: async (entities = []) => {
      const dataSource = await openMigratedDataSource({ ...dataSourceOptions(url.href), entities });
      closers.push(async () => dataSource.isInitialized && (await dataSource.destroy()));
      return dataSource;
    },
    drop: async () => {
      for (const close of closers) await close();
      await withClient(server, (client) => dropWhenUnused(client, name));
    },
  };
}

/** A database for all tests of a file, with Usher's schema unless `create` makes another one. */
export function openDatabase(create = createMigratedDatabase): TestDatabase {
  const opened = {} as TestDatabase;
  beforeAll(async () => {
    Object.assign(opened, await create());
  });
  afterAll(() => opened.drop());
  return opened;
}

async function createMigratedDatabase(): Promise<TestDatabase> {
  const database = await createDatabase();
  await (await database.migrate()).destroy();
  return database;
}

/** Number of connections to this database that wait for a lock. */
export async function countWaiting(database: TestDatabase): Promise<number> {
  const sql = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return (await database.sql(sql)).length;
}

/** Resolves when at least this number of connections to this database wait for a lock. */
export const untilWaiting = (database: TestDatabase, count: number): Promise<void> =>
  until(async () => (await countWaiting(database)) >= count, 10_000);

/** The clients have disconnected, but PostgreSQL may still be closing the connections. */
async function dropWhenUnused(client: pg.Client, name: string): Promise<void> {
  for (let users = 1; users > 0;) {
    const sql = 'SELECT count(*)::int AS users FROM pg_stat_activity WHERE datname = $1';
    users = (await client.query<{ users: number }>(sql, [name])).rows[0]?.users ?? 0;
  }
  await client.query(`DROP DATABASE ${name}`);
}

/**
 * A database of the Rails application with cheaper hashes: a check of the original ones takes a third
 * of a second. The dummy hashes for users without a hash have the same cost as the table.
 * @param originalHashes keeps the hashes of Devise
 */
export async function createDeviseDatabase({ originalHashes = false } = {}): Promise<TestDatabase> {
  const database = await createDatabase();
  await withClient(database.url, async (client) => {
    await loadDeviseUsers(client, new Date());
    if (!originalHashes) await makeChecksCheap(client);
  });
  return database;
}

const usersWithHash = deviseUsers.filter((user) => !user.blank_hash);
let cheapHashes: string[] | undefined;

async function makeChecksCheap(client: pg.Client): Promise<void> {
  cheapHashes ??= usersWithHash.map(({ password }) => bcrypt.hashSync(password, 4).replace('$2b$', '$2a$'));
  await client.query(
    `UPDATE users SET encrypted_password = cheap.hash
     FROM unnest($1::bigint[], $2::text[]) AS cheap (id, hash) WHERE users.id = cheap.id`,
    [usersWithHash.map(({ id }) => id), cheapHashes],
  );
}
