import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { openSourceFile } from '../../../src/legacy/open-source.js';
import { parseSource } from '../../../src/legacy/source-file.js';
import type { SourceWorld, TestTable } from '../contracts/legacy-source.js';
import { quietLog } from './legacy-postgres.js';

const types: Record<string, string> = { uuid: 'text', timestamptz: 'timestamp' };

interface SqliteStatement {
  sql: string;
  values?: (string | number | bigint | null)[];
}

/** Runs statements as the legacy application does. */
export function runSqlite(path: string, statements: SqliteStatement[]): void {
  const database = new sqlite.Database(path);
  try {
    for (const { sql, values } of statements)
      if (values) database.run(sql, values);
      else database.exec(sql);
  } finally {
    database.close();
  }
}

/** A legacy database in an SQLite file. */
export async function startSqliteSource(): Promise<SourceWorld & { path: string; url: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-sqlite-'));
  const path = join(folder, 'people.db');
  return {
    isSql: true,
    isFile: true,
    secret: 'hunter2-secret',
    path,
    url: `sqlite:${path}`,
    create: ({ name, columns, rows, key = true, indexes = [] }: TestTable) => {
      const definitions = Object.entries(columns).map(([column, written], index) => {
        const type = written.replace('?', '');
        return `"${column}" ${types[type] ?? type}${written.endsWith('?') ? '' : ' NOT NULL'}${key && index === 0 ? ' PRIMARY KEY' : ''}`;
      });
      const values = Object.keys(columns).map(() => '?');
      runSqlite(path, [
        { sql: 'BEGIN' },
        { sql: `CREATE TABLE ${name} (${definitions.join(', ')})` },
        ...indexes.map((column) => ({ sql: `CREATE INDEX ${name}_${column} ON ${name} ("${column}")` })),
        ...rows.map((row) => ({
          sql: `INSERT INTO ${name} VALUES (${values.join(', ')})`,
          values: row.map((cell) => (typeof cell === 'boolean' ? Number(cell) : cell)),
        })),
        { sql: 'COMMIT' },
      ]);
      return Promise.resolve();
    },
    open: async (file, options = { unlockInSeconds: undefined }) =>
      openSourceFile(await parseSource(file, 'test'), `sqlite:${path}`, options, quietLog),
    takeAway: () => rename(path, `${path}.away`),
    bringBack: () => rename(`${path}.away`, path),
    // The journal of an application that is writing.
    stall: async () => {
      await writeFile(`${path}-journal`, 'journal');
      return () => rm(`${path}-journal`);
    },
    state: () =>
      Promise.resolve([
        readdirSync(folder),
        statSync(path, { bigint: true }).mtimeNs,
        statSync(folder, { bigint: true }).mtimeNs,
        createHash('sha256').update(readFileSync(path)).digest('hex'),
      ]),
    close: () => rm(folder, { recursive: true }),
  };
}
