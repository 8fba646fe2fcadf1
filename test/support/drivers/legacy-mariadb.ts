import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { freePort } from '../../../apps/local-stack/src/ports.js';
import { openSourceFile } from '../../../src/legacy/open-source.js';
import { parseSource } from '../../../src/legacy/source-file.js';
import type { SourceWorld } from '../contracts/legacy-source.js';
import { startTcpProxy } from '../fakes/tcp-proxy.js';
import { quietLog } from './legacy-postgres.js';
import { until } from './until.js';

/** In Debian's package `mariadb-server`. */
export const isMariadbInstalled = (): boolean => spawnSync('mariadbd', ['--version']).error === undefined;

/** A server of its own on a free port of this machine. */
export interface Mariadb {
  sql(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  startSource(): Promise<SourceWorld & { url: string }>;
  stop(): Promise<void>;
}

const secret = 'hunter2-secret';
const types: Record<string, string> = {
  text: 'varchar(300)',
  timestamp: 'datetime(3)',
  timestamptz: 'timestamp(3)',
};

export async function startMariadb(): Promise<Mariadb> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-mariadb-'));
  const options = ['--no-defaults', `--datadir=${folder}/data`, '--user=root'];
  const installed = spawnSync(
    'mariadb-install-db',
    [...options, '--auth-root-authentication-method=normal', '--skip-test-db'],
    {
      encoding: 'utf8',
    },
  );
  if (installed.status !== 0) throw new Error(installed.stderr);
  const port = await freePort();
  const server: ChildProcess = spawn(
    'mariadbd',
    [
      ...options,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${folder}/socket`,
      `--pid-file=${folder}/pid`,
      '--skip-log-bin',
      '--innodb-flush-log-at-trx-commit=0',
      '--innodb-buffer-pool-size=64M',
      '--max-allowed-packet=32M',
      // The source must not use this zone.
      '--default-time-zone=+09:00',
    ],
    { stdio: 'ignore' },
  );
  const url = `mysql://root@127.0.0.1:${port}`;
  const connect = (database = '') =>
    createConnection({
      uri: `${url}/${database}`,
      dateStrings: true,
      charset: 'utf8mb4',
      multipleStatements: true,
    });
  const sqlIn = async (database: string, text: string, values: unknown[] = []) => {
    const connection = await connect(database);
    try {
      const [rows] = await connection.query(text, values);
      return rows as Record<string, unknown>[];
    } finally {
      await connection.end();
    }
  };
  const sql = (text: string, values?: unknown[]) => sqlIn('', text, values);
  await until(() =>
    sql('SELECT 1').then(
      () => true,
      () => false,
    ),
  );
  await sql(`CREATE USER reader@'%' IDENTIFIED BY '${secret}'`);
  let count = 0;
  return {
    sql,
    startSource: async () => {
      const database = `legacy_${++count}`;
      // The collation of MySQL 5.7 and MariaDB, which takes é for e.
      await sql(
        `CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci; GRANT SELECT ON ${database}.* TO reader@'%'`,
      );
      const proxy = await startTcpProxy(`mysql://127.0.0.1:${port}`);
      const sourceUrl = `mysql://reader:${secret}@${new URL(proxy.url).host}/${database}`;
      return {
        isSql: true,
        secret,
        url: sourceUrl,
        create: async ({ name, columns, rows, key = true, indexes = [] }) => {
          const definitions = Object.entries(columns).map(([column, written], index) => {
            const type = written.replace('?', '');
            const isLong = column === 'password';
            return `\`${column}\` ${isLong ? 'longtext' : (types[type] ?? type)}${written.endsWith('?') ? ' NULL DEFAULT NULL' : ' NOT NULL'}${key && index === 0 ? ' PRIMARY KEY' : ''}`;
          });
          await sqlIn(database, `CREATE TABLE ${name} (${definitions.join(', ')})`);
          for (const column of indexes)
            await sqlIn(database, `CREATE INDEX ${name}_${column} ON ${name} (\`${column}\`)`);
          for (const row of rows)
            // Instants are written in UTC.
            await sqlIn(
              database,
              `SET time_zone = '+00:00'; INSERT INTO ${name} VALUES (${row.map(() => '?').join(', ')})`,
              row,
            );
        },
        open: async (file, options = { unlockInSeconds: undefined }) =>
          openSourceFile(await parseSource(file, 'test'), sourceUrl, options, quietLog),
        takeAway: () => proxy.cut(),
        bringBack: () => proxy.restore(),
        stall: async (table) => {
          const connection = await connect(database);
          await connection.query(`LOCK TABLES ${table} WRITE`);
          return () => connection.end();
        },
        state: async () => {
          const tables = await sqlIn(database, 'SHOW TABLES');
          const names = tables.flatMap((row) => Object.values(row)).join(', ');
          return sqlIn(database, `CHECKSUM TABLE ${names} EXTENDED`);
        },
        close: async () => {
          await proxy.cut();
          await sql(`DROP DATABASE ${database}`);
        },
      };
    },
    stop: async () => {
      const stopped = once(server, 'exit');
      server.kill('SIGKILL');
      await stopped;
      await rm(folder, { recursive: true });
    },
  };
}
