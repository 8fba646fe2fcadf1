import pg from 'pg';
import type { Value } from '../mapping.js';
import {
  type Bound,
  type ColumnInfo,
  type Kind,
  type Query,
  type SqlDatabase,
  tableParts,
} from '../sql-database.js';

/** Each `find` needs one for a few milliseconds. */
const mostConnections = 4;

/** Milliseconds. */
// For scans; a sign-in waits no longer than `findDeadlineMs`.
const connectTimeoutMs = 5000;
/** The database has stopped the statement before, unless the network is gone. */
const graceMs = 500;

const kinds: Record<string, Kind> = {
  ...Object.fromEntries(['int2', 'int4', 'int8', 'numeric', 'oid'].map((type) => [type, 'integer'])),
  ...Object.fromEntries(['text', 'varchar', 'bpchar', 'citext', 'name'].map((type) => [type, 'text'])),
  ...Object.fromEntries(['timestamp', 'timestamptz', 'date'].map((type) => [type, 'time'])),
  uuid: 'uuid',
  bool: 'boolean',
};

/** SQLSTATEs, and classes of them, that a change of settings corrects. Messages of class 22 would contain values. */
const problems: [RegExp, string][] = [
  [/^42501$/, 'the account may not read the table; grant it SELECT'],
  [/^28/, 'the database refuses user name or password'],
  [/^3D000$/, 'the database does not exist'],
  [/^42P01$|^3F000$/, 'a table is missing'],
  [/^42703$/, 'a column is missing'],
  [/^22|^42883$|^42804$/, 'where: a value does not have the type of its column'],
  [/^42809$/, 'table: it is neither a table nor a view'],
];

/** PostgreSQL, also behind PgBouncer: every setting belongs to a transaction. */
export class PostgresDatabase implements SqlDatabase {
  readonly location: string;
  readonly ignoresCase = false;
  private readonly pool: pg.Pool;

  /** @param url a postgres:// URL */
  constructor(url: string) {
    const { host, pathname } = new URL(url.replace('@/', '@localhost/'));
    this.location = `postgres://${host}${pathname}`;
    this.pool = new pg.Pool({
      connectionString: url,
      max: mostConnections,
      connectionTimeoutMillis: connectTimeoutMs,
      application_name: 'usher-source',
      idleTimeoutMillis: 30_000,
      // Values are read as text.
      types: { getTypeParser: () => String },
    });
    // A connection that is lost between two statements; the next statement reports it, or another connection is opened.
    this.pool.on('error', () => undefined);
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  quote(identifier: string): string {
    return `"${identifier.replaceAll('"', '""')}"`;
  }

  placeholder(position: number): string {
    return `$${position}`;
  }

  kindOf({ type }: ColumnInfo): Kind {
    return kinds[type] ?? (type.startsWith('enum ') ? 'text' : 'other');
  }

  text(expression: string, _column: ColumnInfo, limit: number): string {
    return `left(${expression}::text, ${limit})`;
  }

  valuesOf(value: Exclude<Value, null>, column: ColumnInfo): Bound[] {
    if (typeof value === 'boolean' && this.kindOf(column) === 'integer') return [value ? '1' : '0'];
    return [String(value)];
  }

  async columns(table: string): Promise<ColumnInfo[] | undefined> {
    const rows = await this.read(
      `SELECT c.oid::text AS oid, a.attname AS name,
         CASE WHEN t.typtype = 'e' THEN 'enum ' ELSE '' END || COALESCE(base.typname, t.typname) AS type
       FROM pg_class c
       LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       LEFT JOIN pg_type t ON t.oid = a.atttypid
       LEFT JOIN pg_type base ON base.oid = t.typbasetype
       WHERE c.oid = to_regclass($1) AND c.relkind IN ('r', 'v', 'm', 'p', 'f')
       ORDER BY a.attnum`,
      [this.regclass(table)],
    );
    if (rows.length === 0) return undefined;
    return rows.flatMap(({ name, type }) => (name && type ? [{ name, type }] : []));
  }

  async isKey(table: string, column: string): Promise<boolean> {
    const rows = await this.read(
      `SELECT 1 AS found FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
       WHERE i.indrelid = to_regclass($1) AND a.attname = $2 AND a.attnotnull
         AND i.indisunique AND i.indisvalid AND i.indnkeyatts = 1 AND i.indpred IS NULL`,
      [this.regclass(table), column],
    );
    return rows.length > 0;
  }

  async hasLowerIndex(table: string, column: string): Promise<boolean> {
    const rows = await this.read(
      `SELECT 1 AS found FROM pg_index i, pg_get_indexdef(i.indexrelid, 1, true) AS expression
       WHERE i.indrelid = to_regclass($1) AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = 0
         AND expression IN (SELECT format(form, quote_ident($2)) FROM unnest(ARRAY['lower(%s)', 'lower(%s::text)', 'lower((%s)::text)']) AS form)`,
      [this.regclass(table), column],
    );
    return rows.length > 0;
  }

  /** Row level security without a policy for the account, as of `auth.users` of Supabase. */
  async hidesRows(table: string): Promise<boolean> {
    const rows = await this.read(
      `SELECT 1 AS found WHERE row_security_active(to_regclass($1)) AND NOT EXISTS (
         SELECT FROM pg_policy, unnest(polroles) AS role WHERE polrelid = to_regclass($1) AND polpermissive AND polcmd IN ('r', '*')
           AND CASE WHEN role = 0 THEN true ELSE pg_has_role(role, 'USAGE') END)`,
      [this.regclass(table)],
    );
    return rows.length > 0;
  }

  async tables(): Promise<string[]> {
    const rows = await this.read(
      `SELECT CASE WHEN pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END AS name
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'usher')
         AND n.nspname NOT LIKE 'pg\\_%' AND has_table_privilege(c.oid, 'SELECT')
       ORDER BY 1`,
      [],
    );
    return rows.flatMap(({ name }) => name ?? []);
  }

  async transaction<Result>(deadlineMs: number, work: (query: Query) => Promise<Result>): Promise<Result> {
    const client = await this.pool.connect();
    let isUsable = false;
    const timeout = { query_timeout: deadlineMs + graceMs };
    try {
      const settings = `SET LOCAL timezone TO 'UTC'; SET LOCAL datestyle TO 'ISO'; SET LOCAL statement_timeout TO ${deadlineMs}`;
      await client.query({ text: `BEGIN TRANSACTION READ ONLY; ${settings}`, ...timeout });
      const result = await work(async (text, values) => {
        const query = { text, values: [...values], ...timeout };
        return (await client.query<Record<string, string | null>>(query)).rows;
      });
      await client.query({ text: 'COMMIT', ...timeout });
      isUsable = true;
      return result;
    } finally {
      client.release(!isUsable);
    }
  }

  problemOf(error: unknown): string | undefined {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return problems.find(([pattern]) => pattern.test(code))?.[1];
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  private regclass(table: string): string {
    return tableParts(table)
      .map((part) => this.quote(part))
      .join('.');
  }

  private read(sql: string, values: Bound[]) {
    return this.transaction(10_000, (query) => query(sql, values));
  }
}
