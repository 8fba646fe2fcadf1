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
  disconnect(): Promise<void>;
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

const newName = (): string => `test_${randomUUID().replaceAll('-', '')}`;

/** @param template name of the database that is copied */
export async function createDatabase(template = 'template1'): Promise<TestDatabase> {
  const name = newName();
  // FILE_COPY, because the default strategy also writes each page to the WAL and takes several times as long.
  const sql = `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`;
  await withClient(serverUrl(), (client) => client.query(sql));
  return openTestDatabase(name);
}

function serverUrl(): string {
  const url = process.env.USHER_TEST_POSTGRES_URL;
  if (url === undefined) throw new Error('Run the tests with "npm test": it starts PostgreSQL');
  return url;
}

/**
 * A copy of a database that the first caller fills, in whichever test file.
 * @param fill must close its connections
 */
async function copyOf(template: string, fill: (database: TestDatabase) => Promise<void>) {
  await withClient(serverUrl(), async (client) => {
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [template]);
    const { rows } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (rows.length > 0) return;
    const database = await createDatabase();
    await fill(database);
    await database.disconnect();
    const name = new URL(database.url).pathname.slice(1);
    await untilUnused(client, name);
    await client.query(`ALTER DATABASE ${name} RENAME TO ${template}`);
  });
  return createDatabase(template);
}

function openTestDatabase(name: string): TestDatabase {
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 2 });
  const closers: (() => Promise<unknown>)[] = [() => pool.end()];
  const disconnect = async () => {
    for (const close of closers.splice(0)) await close();
  };
  return {
    url: url.href,
    disconnect,
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
      await disconnect();
      await withClient(serverUrl(), async (client) => {
        await untilUnused(client, name);
        await client.query(`DROP DATABASE ${name}`);
      });
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

const createMigratedDatabase = (): Promise<TestDatabase> =>
  copyOf('migrated', async (database) => {
    await database.migrate();
  });

/** Number of connections to this database that wait for a lock. */
export async function countWaiting(database: TestDatabase): Promise<number> {
  const sql = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return (await database.sql(sql)).length;
}

/** Resolves when at least this number of connections to this database wait for a lock. */
export const untilWaiting = (database: TestDatabase, count: number): Promise<void> =>
  until(async () => (await countWaiting(database)) >= count, 10_000);

/** The clients have disconnected, but PostgreSQL may still be closing the connections. */
async function untilUnused(client: pg.Client, name: string): Promise<void> {
  for (let users = 1; users > 0;) {
    const sql = 'SELECT count(*)::int AS users FROM pg_stat_activity WHERE datname = $1';
    users = (await client.query<{ users: number }>(sql, [name])).rows[0]?.users ?? 0;
  }
}

/**
 * A database of the Rails application with cheaper hashes: a check of the original ones takes a third
 * of a second. The dummy hashes for users without a hash have the same cost as the table.
 * @param originalHashes keeps the hashes of Devise
 */
export const createDeviseDatabase = ({ originalHashes = false } = {}): Promise<TestDatabase> =>
  originalHashes
    ? copyOf('devise_original', ({ url }) => withClient(url, (client) => loadDeviseUsers(client, new Date())))
    : copyOf('devise', ({ url }) => withClient(url, loadCheapDeviseUsers));

/** `createDeviseDatabase` after the first start of Usher. */
export const createAdoptedDatabase = (): Promise<TestDatabase> =>
  copyOf('adopted', async (database) => {
    await withClient(database.url, loadCheapDeviseUsers);
    await database.migrate();
  });

const usersWithHash = deviseUsers.filter((user) => !user.blank_hash);

async function loadCheapDeviseUsers(client: pg.Client): Promise<void> {
  await loadDeviseUsers(client, new Date());
  const hashes = usersWithHash.map(({ password }) => bcrypt.hashSync(password, 4).replace('$2b$', '$2a$'));
  await client.query(
    `UPDATE users SET encrypted_password = cheap.hash
     FROM unnest($1::bigint[], $2::text[]) AS cheap (id, hash) WHERE users.id = cheap.id`,
    [usersWithHash.map(({ id }) => id), hashes],
  );
}
