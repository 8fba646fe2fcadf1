import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { loadDeviseUsers } from '../../apps/local-stack/src/demo-users.js';

/** A database of a test's own. */
export interface TestDatabase {
  url: string;
  /** For looking at what the code under test did. Times come back as text, so that no time zone is in the way. */
  sql<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
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
  return {
    url: url.href,
    sql: async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
      (await pool.query<Row>(text, values)).rows,
    drop: async () => {
      await pool.end();
      await withClient(server, (client) => dropWhenUnused(client, name));
    },
  };
}

/** Whoever used it has said goodbye, but PostgreSQL may still be closing the connections. */
async function dropWhenUnused(client: pg.Client, name: string): Promise<void> {
  for (let users = 1; users > 0;) {
    const sql = 'SELECT count(*)::int AS users FROM pg_stat_activity WHERE datname = $1';
    users = (await client.query<{ users: number }>(sql, [name])).rows[0]?.users ?? 0;
  }
  await client.query(`DROP DATABASE ${name}`);
}

/** A database as the Rails application left it. */
export async function createDeviseDatabase(): Promise<TestDatabase> {
  const database = await createDatabase();
  await withClient(database.url, (client) => loadDeviseUsers(client, new Date()));
  return database;
}
