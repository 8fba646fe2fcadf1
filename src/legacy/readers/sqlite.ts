import { Worker } from 'node:worker_threads';
import { fromPackageRoot } from '../../common/concurrency/worker-file.js';
import type { Value } from '../mapping.js';
import {
  type Bound,
  type ColumnInfo,
  type Kind,
  type Query,
  type SqlDatabase,
  tableParts,
} from '../sql-database.js';
import { findDeadlineMs } from '../source-guard.js';
import type { SqliteReply, SqliteRequest } from './sqlite-worker.js';

type Rows = Record<string, string | null>[];

/** By the declared type, like SQLite's own rules of affinity. */
const kinds: [RegExp, Kind][] = [
  [/^$/, 'any'],
  [/bool/, 'boolean'],
  [/int/, 'integer'],
  [/char|clob|text|uuid/, 'text'],
  [/date|time/, 'time'],
  [/blob/, 'other'],
];

const problems: Record<string, string> = {
  SQLITE_WAL:
    'the SQLite file is in WAL mode, which cannot be read here; read a copy made by: sqlite3 FILE "VACUUM INTO \'copy.db\'"',
  SQLITE_NOTADB: 'the file is not an SQLite database',
  ENOENT: 'the SQLite file does not exist',
  EACCES: 'the SQLite file may not be read',
  EISDIR: 'the path of the SQLite file is a folder',
};

/** An SQLite file, read on threads: a statement blocks its thread, and only ending the thread stops it. */
export class SqliteDatabase implements SqlDatabase {
  readonly location: string;
  readonly ignoresCase = true;
  private readonly finds: SqliteThread;
  private readonly others: SqliteThread;

  constructor(private readonly path: string) {
    this.location = `sqlite:${path}`;
    this.finds = new SqliteThread(path);
    this.others = new SqliteThread(path);
  }

  quote(identifier: string): string {
    return `"${identifier.replaceAll('"', '""')}"`;
  }

  placeholder(): string {
    return '?';
  }

  kindOf({ type }: ColumnInfo): Kind {
    // REAL, NUMERIC and DECIMAL hold integers too.
    return kinds.find(([pattern]) => pattern.test(type))?.[1] ?? 'integer';
  }

  text(expression: string, _column: ColumnInfo, limit: number): string {
    return `substr(CAST(${expression} AS TEXT), 1, ${limit})`;
  }

  /** Applications write booleans in several forms; Rails wrote `t` and `f` before version 5.2. */
  valuesOf(value: Exclude<Value, null>): Bound[] {
    if (typeof value !== 'boolean') return [value];
    return value ? [1, 't', 'true'] : [0, 'f', 'false'];
  }

  /** A column may hold integers and texts, which have an order of their own. */
  position(expression: string): string {
    return `CASE typeof(${expression}) WHEN 'integer' THEN 'i' ELSE 't' END || CAST(${expression} AS TEXT)`;
  }

  after(position: string): { value: Bound; placeholder: string } {
    return { value: position.slice(1), placeholder: position.startsWith('i') ? 'CAST(? AS INTEGER)' : '?' };
  }

  async columns(table: string): Promise<ColumnInfo[] | undefined> {
    const rows = await this.read(
      'SELECT name, lower(type) AS type FROM pragma_table_xinfo(?, ?) WHERE hidden <> 1',
      table,
    );
    const columns = rows.flatMap(({ name, type }) => (name ? [{ name, type: type ?? '' }] : []));
    return columns.length > 0 ? columns : undefined;
  }

  async isKey(table: string, column: string): Promise<boolean> {
    const rows = await this.read(
      `WITH own AS (SELECT name, type, pk, "notnull" AS filled FROM pragma_table_xinfo(?1, ?2))
       SELECT 1 AS found FROM own
       WHERE name = ?3 AND pk = 1 AND upper(type) = 'INTEGER' AND (SELECT count(*) FROM own WHERE pk > 0) = 1
       UNION ALL
       SELECT 1 FROM own JOIN pragma_index_list(?1, ?2) AS list JOIN pragma_index_info(list.name, ?2) AS part
       WHERE own.name = ?3 AND own.filled AND list."unique" AND NOT list.partial
       GROUP BY list.name HAVING count(*) = 1 AND max(part.name) = ?3`,
      table,
      column,
    );
    return rows.length > 0;
  }

  async hasLowerIndex(table: string, column: string): Promise<boolean> {
    const rows = await this.read(
      `SELECT sql FROM sqlite_master WHERE type = 'index' AND lower(tbl_name) = lower(?1) AND sql NOT LIKE '%) WHERE %' AND ?2 <> ''`,
      table,
    );
    const name = column.replace(/[^\w]/g, '\\$&');
    const pattern = new RegExp(`\\(\\s*lower\\s*\\(\\s*["\`[]?${name}["\`\\]]?\\s*\\)`, 'i');
    return rows.some(({ sql }) => pattern.test(sql ?? ''));
  }

  async tables(): Promise<string[]> {
    const sql = `SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`;
    return (await this.others.run(sql, [], 10_000)).flatMap(({ name }) => name ?? []);
  }

  /** Each statement reads a state of its own; the rows of a `find` are compared with the address once more. */
  transaction<Result>(deadlineMs: number, work: (query: Query) => Promise<Result>): Promise<Result> {
    const thread = deadlineMs <= findDeadlineMs ? this.finds : this.others;
    return work((sql, values) => thread.run(sql, values, deadlineMs));
  }

  problemOf(error: unknown): string | undefined {
    return error instanceof Error && 'code' in error ? problems[String(error.code)] : undefined;
  }

  async close(): Promise<void> {
    await Promise.all([this.finds.close(), this.others.close()]);
  }

  private read(sql: string, table: string, ...more: string[]): Promise<Rows> {
    const [schema = 'main', name = ''] = ['main', ...tableParts(table)].slice(-2);
    return this.others.run(sql, [name, schema, ...more], 10_000);
  }
}

/** Runs statements one after another. A statement that takes too long ends the thread; the next one starts another. */
class SqliteThread {
  private worker: Worker | undefined;
  private count = 0;
  private readonly waiting = new Map<number, (result: Rows | Error) => void>();

  constructor(private readonly path: string) {}

  /** @throws Error with a `code` */
  run(sql: string, values: readonly Bound[], deadlineMs: number): Promise<Rows> {
    const worker = (this.worker ??= this.start());
    const id = ++this.count;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => void this.end(withCode('ETIMEDOUT')), deadlineMs);
      this.waiting.set(id, (result) => {
        clearTimeout(timer);
        this.waiting.delete(id);
        if (result instanceof Error) reject(result);
        else resolve(result);
      });
      worker.postMessage({ id, sql, values, patienceMs: deadlineMs } satisfies SqliteRequest);
    });
  }

  async close(): Promise<void> {
    await this.end(withCode('ECANCELED'));
  }

  private start(): Worker {
    const worker = new Worker(fromPackageRoot('dist/src/legacy/readers/sqlite-worker.js'), {
      workerData: this.path,
      // The thread opens no other files and needs no secrets.
      env: {},
    });
    worker.unref();
    worker.on('message', (reply: SqliteReply) =>
      this.waiting.get(reply.id)?.('rows' in reply ? reply.rows : withCode(reply.code)),
    );
    worker.on('error', (error) => {
      if (this.worker === worker) void this.end(error);
    });
    return worker;
  }

  private async end(error: Error): Promise<void> {
    const worker = this.worker;
    this.worker = undefined;
    for (const settle of [...this.waiting.values()]) settle(error);
    await worker?.terminate();
  }
}

const withCode = (code: string): Error => Object.assign(new Error(code), { code });
