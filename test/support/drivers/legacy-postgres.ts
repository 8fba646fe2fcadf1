import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { openSourceFile } from '../../../src/legacy/open-source.js';
import { parseSource } from '../../../src/legacy/source-file.js';
import type { SourceWorld, TestTable } from '../contracts/legacy-source.js';
import { startTcpProxy } from '../fakes/tcp-proxy.js';
import { createDatabase, type TestDatabase } from './database.js';

export const quietLog = { error: () => undefined, info: () => undefined, warn: () => undefined };

/** A legacy database in PostgreSQL, read by an account that has only SELECT. */
export async function startPostgresSource(): Promise<SourceWorld & { database: TestDatabase; url: string }> {
  const database = await createDatabase();
  const secret = 'hunter2-secret';
  const role = `reader_${randomUUID().replaceAll('-', '')}`;
  await database.sql(`CREATE ROLE ${role} LOGIN PASSWORD '${secret}'`);
  await database.sql(`ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${role}`);
  // The source must not use this zone.
  await database.sql(`ALTER ROLE ${role} SET timezone TO 'Asia/Tokyo'`);
  const proxy = await startTcpProxy(database.url);
  const url = new URL(proxy.url);
  url.username = role;
  url.password = secret;
  return {
    isSql: true,
    secret,
    database,
    url: url.href,
    create: async ({ name, columns, rows, key = true, indexes = [] }: TestTable) => {
      const names = Object.keys(columns);
      const definitions = Object.entries(columns).map(
        ([column, type], index) =>
          `"${column}" ${type.replace('?', '')}${type.endsWith('?') ? '' : ' NOT NULL'}${key && index === 0 ? ' PRIMARY KEY' : ''}`,
      );
      await database.sql(`CREATE TABLE ${name} (${definitions.join(', ')})`);
      for (const column of indexes) await database.sql(`CREATE INDEX ON ${name} ("${column}")`);
      const values = names.map((_, index) => `$${index + 1}`);
      for (const row of rows)
        await database.sql(
          `INSERT INTO ${name} VALUES (${values.join(', ')})`,
          row.map((cell) => (cell === null ? null : String(cell))),
        );
    },
    open: async (file, options = { unlockInSeconds: undefined }) =>
      openSourceFile(await parseSource(file, 'test'), url.href, options, quietLog),
    takeAway: () => proxy.cut(),
    bringBack: () => proxy.restore(),
    stall: async (table) => {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      await client.query(`BEGIN; LOCK TABLE ${table}`);
      return () => client.end();
    },
    state: async () => {
      // A session reports its counts later, unless it is told to.
      await database.sql('SELECT pg_stat_force_next_flush()');
      return database.sql(`
        SELECT relname, n_tup_ins, n_tup_upd, n_tup_del, md5(query_to_xml(format('TABLE %I.%I', schemaname, relname), true, false, '')::text) AS rows
        FROM pg_stat_user_tables ORDER BY relname`);
    },
    close: async () => {
      await proxy.cut();
      await database.sql(`DROP OWNED BY ${role}`);
      await database.sql(`DROP ROLE ${role}`);
      await database.drop();
    },
  };
}
