import { createPool, type Pool, type RowDataPacket } from 'mysql2/promise';
import { SourceError } from '../legacy-source.js';
import type { Value } from '../mapping.js';
import {
  type Bound,
  type ColumnInfo,
  type Kind,
  type Query,
  type SqlDatabase,
  tableParts,
} from '../sql-database.js';

type Row = RowDataPacket & Record<string, string | null>;

/** Each `find` needs one for a few milliseconds. */
const mostConnections = 4;

/** Milliseconds. */
// For scans; a sign-in waits no longer than `findDeadlineMs`.
const connectTimeoutMs = 5000;
/** The server has stopped the statement before, unless the network is gone. */
const graceMs = 500;

const kinds: [RegExp, Kind][] = [
  [/^bit\(1\)$|^bool/, 'boolean'],
  [/^(?:tiny|small|medium|big)?int|^decimal|^bit/, 'integer'],
  [/^(?:var)?binary|blob$/, 'bytes'],
  [/^(?:var)?char|text$|^enum|^set/, 'text'],
  [/^datetime|^timestamp|^date/, 'time'],
  [/^uuid$/, 'uuid'],
];

const problems: Record<string, string> = {
  ER_ACCESS_DENIED_ERROR: 'the database refuses user name or password',
  ER_DBACCESS_DENIED_ERROR: 'the account may not use the database',
  ER_TABLEACCESS_DENIED_ERROR: 'the account may not read the table; grant it SELECT',
  ER_COLUMNACCESS_DENIED_ERROR: 'the account may not read all columns; grant it SELECT',
  ER_BAD_DB_ERROR: 'the database does not exist',
  ER_NO_DB_ERROR: 'the URL names no database',
  ER_NO_SUCH_TABLE: 'a table is missing',
  ER_BAD_FIELD_ERROR: 'a column is missing',
};

/** MySQL and MariaDB. */
export class MysqlDatabase implements SqlDatabase {
  readonly location: string;
  readonly ignoresCase = true;
  private readonly pool: Pool;
  private isMariadb: boolean | undefined;

  /** @param url a mysql:// URL */
  constructor(url: string) {
    const { host, pathname } = new URL(url);
    if (pathname.length < 2) throw new SourceError(['LEGACY_DATABASE_URL names no database']);
    this.location = `mysql://${host}${pathname}`;
    this.pool = createPool({
      uri: url.replace(/^mariadb:/i, 'mysql:'),
      connectionLimit: mostConnections,
      connectTimeout: connectTimeoutMs,
      charset: 'utf8mb4',
      // Instants and numbers are read as text.
      dateStrings: true,
      timezone: 'Z',
      supportBigNumbers: true,
      bigNumberStrings: true,
    });
  }

  quote(identifier: string): string {
    return `\`${identifier.replaceAll('`', '``')}\``;
  }

  /** Without a conversion, MySQL compares long integers as floating point, and converts columns of other character sets. */
  placeholder(_position: number, column: ColumnInfo): string {
    if (column.type.includes('int'))
      return `CAST(? AS ${column.type.includes('unsigned') ? 'UNSIGNED' : 'SIGNED'})`;
    const { name = 'utf8mb4', collation = '' } = column.charset ?? {};
    return name === 'utf8mb4' ? '?' : `CONVERT(? USING ${name}) COLLATE ${collation}`;
  }

  kindOf({ type }: ColumnInfo): Kind {
    return kinds.find(([pattern]) => pattern.test(type))?.[1] ?? 'other';
  }

  text(expression: string, { type }: ColumnInfo, limit: number): string {
    const value = type.startsWith('bit') ? `${expression} + 0` : expression;
    return `LEFT(CAST(${value} AS CHAR CHARACTER SET utf8mb4), ${limit})`;
  }

  valuesOf(value: Exclude<Value, null>): Bound[] {
    return [typeof value === 'boolean' ? Number(value) : value];
  }

  async columns(table: string): Promise<ColumnInfo[] | undefined> {
    const rows = await this.read(
      `SELECT column_name AS name, LOWER(column_type) AS type, character_set_name AS charset, collation_name AS collation
       FROM information_schema.columns WHERE table_schema = COALESCE(?, DATABASE()) AND table_name = ?
       ORDER BY ordinal_position`,
      this.nameOf(table),
    );
    const columns = rows.map(({ name, type, charset, collation }) => ({
      name: name ?? '',
      type: type ?? '',
      charset: isWord(charset) && isWord(collation) ? { name: charset, collation } : undefined,
    }));
    return columns.length > 0 ? columns : undefined;
  }

  async isKey(table: string, column: string): Promise<boolean> {
    const rows = await this.read(
      `SELECT 1 AS found FROM information_schema.statistics
       WHERE table_schema = COALESCE(?, DATABASE()) AND table_name = ? AND non_unique = 0
       GROUP BY index_name HAVING COUNT(*) = 1 AND MAX(column_name) = ? AND MAX(nullable) = '' AND MAX(sub_part) IS NULL`,
      [...this.nameOf(table), column],
    );
    return rows.length > 0;
  }

  /** The usual collations ignore case without such an index. */
  hasLowerIndex(): Promise<boolean> {
    return Promise.resolve(false);
  }

  async tables(): Promise<string[]> {
    const sql =
      'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1';
    return (await this.read(sql, [])).flatMap(({ name }) => name ?? []);
  }

  async transaction<Result>(deadlineMs: number, work: (query: Query) => Promise<Result>): Promise<Result> {
    const connection = await this.pool.getConnection();
    let isUsable = false;
    const timeout = deadlineMs + graceMs;
    const run = async (sql: string) => (await connection.query<Row[]>({ sql, timeout }))[0];
    try {
      if (this.isMariadb === undefined) {
        const [row] = await run('SELECT VERSION() AS version');
        this.isMariadb = /mariadb/i.test(String(row?.version));
      }
      const limit = this.isMariadb
        ? `max_statement_time = ${deadlineMs / 1000}`
        : `max_execution_time = ${deadlineMs}`;
      // Waiting for the lock of a schema change has a timeout of its own, in seconds.
      await run(`SET time_zone = '+00:00', ${limit}, lock_wait_timeout = ${Math.ceil(deadlineMs / 1000)}`);
      await run('START TRANSACTION READ ONLY');
      const result = await work(async (sql, values) => {
        const [rows] = await connection.execute<Row[]>({ sql, values: [...values], timeout });
        return rows.map((row) => ({ ...row }));
      });
      await run('COMMIT');
      isUsable = true;
      return result;
    } finally {
      if (isUsable) connection.release();
      else connection.destroy();
    }
  }

  problemOf(error: unknown): string | undefined {
    return error instanceof Error && 'code' in error ? problems[String(error.code)] : undefined;
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  private nameOf(table: string): [string | null, string] {
    const [name = '', schema = null] = tableParts(table).reverse();
    return [schema, name];
  }

  private read(sql: string, values: Bound[]) {
    return this.transaction(10_000, (query) => query(sql, values));
  }
}

const isWord = (text: string | null | undefined): text is string => /^\w+$/.test(text ?? '');
