import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { longestStoredHash } from '#password-hashes';
import type { LegacyRowsConfig } from '../common/config/migration.config.js';
import { isBlockedSql } from '../common/database/blocked-condition.js';
import { readColumns, resolveConditions } from '../common/database/blocked-rows.js';
import type { LegacySource, LegacyUser, Page, SourceDescription } from './legacy-source.js';

/** Milliseconds. */
const connectTimeout = 5000;

/** Milliseconds without an answer. A page is one range of the primary key. */
const readTimeout = 60_000;

/** Few, because the rows of a duplicate address are read again with their page. */
const streamedPage = 100;

/** Characters of an address and of a name that are read; longer ones are invalid anyway. */
const longestAddress = 600;
const longestName = 2100;

/** Characters of a hash without padding. Longer strings are no hashes, and may have megabytes. */
const longestHash = longestStoredHash + 1;

/** The table has not the columns that a legacy source needs. */
export class UnsuitableTableError extends Error {}

type Columns = Awaited<ReturnType<typeof readColumns>>;

/** The text of PostgreSQL for each member of a row, in the order of the SQL. Times are seconds since 1970. */
type Row = (string | null)[];

/**
 * Reads `public.users` with Devise's columns on a connection of its own. Only `id`, `email` and
 * `encrypted_password` are required. Rows that Usher deleted or that its sign-up inserted are no legacy users.
 */
export class AdoptedTableSource implements Pick<LegacySource, 'describe' | 'scan' | 'stream' | 'close'> {
  private constructor(
    private readonly client: pg.Client,
    private readonly sql: { page: string; idType: string },
    private readonly unlockInSeconds: number | undefined,
  ) {}

  /**
   * @throws UnsuitableTableError if there is no such table
   * @throws StartError if a condition names a missing column
   */
  static async open(
    databaseUrl: string,
    { unlockInSeconds, blockedWhen }: LegacyRowsConfig,
  ): Promise<AdoptedTableSource> {
    const client = new pg.Client({
      ...{ connectionString: databaseUrl, application_name: 'usher' },
      ...{ connectionTimeoutMillis: connectTimeout },
    });
    // Reported by the query that it ends.
    client.on('error', () => undefined);
    await client.connect();
    try {
      const query = async <Result>(text: string) =>
        (await client.query<object>({ text, ...timeout })).rows as Result;
      await query(`SET timezone TO 'UTC'; SET default_transaction_read_only TO on`);
      // The first rows of a stream come at once, by the index of the key.
      await query('SET enable_sort TO off');
      const columns = await readColumns({ query });
      const missing = ['id', 'email', 'encrypted_password'].filter((name) => !columns.has(name));
      if (columns.size === 0) throw new UnsuitableTableError('The database has no table "users".');
      if (missing.length > 0)
        throw new UnsuitableTableError(`The table "users" has no column ${missing.join(', ')}.`);
      const blocked = isBlockedSql('users', resolveConditions(blockedWhen, columns));
      const [{ type = 'text' } = {}] = await query<{ type?: string }[]>(idTypeSql);
      return new AdoptedTableSource(
        client,
        { page: pageSql(columns, blocked), idType: type },
        unlockInSeconds,
      );
    } catch (error) {
      await client.end();
      throw error;
    }
  }

  describe(): SourceDescription {
    const { database, host, port } = this.client;
    return { name: 'users', mode: 'adopted', location: `table users of ${database} on ${host}:${port}` };
  }

  async scan(after: string | undefined, limit: number): Promise<Page> {
    const position = after === undefined ? '' : `AND users.id > $1::${this.sql.idType}`;
    const { rows } = await this.client.query<Row>({
      ...timeout,
      name: `legacy-scan-${after === undefined ? 'first-' : ''}${limit}`,
      // A literal, because a plan for any limit may sort the table for each page.
      text: `${this.sql.page} ${position} ORDER BY users.id LIMIT ${limit}`,
      values: after === undefined ? [] : [after],
      rowMode: 'array',
      types: { getTypeParser: () => String },
    });
    const users = rows.map((row) => this.toUser(row));
    const last = users.length === limit ? users.at(-1) : undefined;
    return { users, ...(last && { next: last.id }) };
  }

  /** One statement for all rows, which takes half the time of pages. */
  async *stream(): AsyncIterable<Page> {
    const rows = this.client.query(copyTo(`COPY (${this.sql.page} ORDER BY users.id) TO STDOUT`));
    // Of a connection that ends after the caller has stopped reading.
    rows.on('error', () => undefined);
    const timer = setTimeout(() => rows.destroy(new Error('Query read timeout')), readTimeout);
    try {
      let [users, rest]: [LegacyUser[], Buffer] = [[], Buffer.alloc(0)];
      for await (const chunk of rows as AsyncIterable<Buffer>) {
        timer.refresh();
        const bytes = Buffer.concat([rest, chunk]);
        const end = bytes.lastIndexOf('\n') + 1;
        rest = bytes.subarray(end);
        for (const line of bytes.toString('utf8', 0, end).split('\n').slice(0, -1)) {
          const user = this.toUser(rowOf(line));
          users.push(user);
          if (users.length < streamedPage) continue;
          // A copy, because a part of a string keeps the whole.
          yield { users, next: Buffer.from(user.id).toString() };
          users = [];
        }
      }
      if (users.length > 0) yield { users };
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  private toUser([id, email, hash, verified, blocked, lockedAt, ...rest]: Row): LegacyUser {
    const [firstName = null, lastName = null, createdAt, lastSignInAt, migrated] = rest;
    return {
      id: id ?? '',
      email: email ?? null,
      passwordHash: hash ?? null,
      verified: verified === 't',
      blocked: blocked === 't',
      lockedUntil: this.lockEnd(lockedAt),
      firstName,
      lastName,
      createdAt: toDate(createdAt),
      lastSignInAt: toDate(lastSignInAt),
      attributes: noAttributes,
      ...(migrated === 't' && { migrated: true }),
    };
  }

  private lockEnd(lockedAt: string | null | undefined): Date | null {
    if (lockedAt === null || lockedAt === undefined) return null;
    return this.unlockInSeconds === undefined ? endOfTime : toDate(lockedAt, this.unlockInSeconds);
  }
}

const noAttributes = {};

/** The last instant of a Date: a lock without end. */
const endOfTime = new Date(8.64e15);

/** "infinity" is no time. */
function toDate(text: string | null | undefined, later = 0): Date | null {
  const seconds = text === null || text === undefined ? NaN : Number(text) + later;
  return Number.isFinite(seconds) ? new Date(seconds * 1000) : null;
}

const timeout = { query_timeout: readTimeout };

/** Of a line in the text format of COPY. */
function rowOf(line: string): Row {
  const row: Row = line.split('\t');
  if (!line.includes('\\')) return row;
  for (const [index, text] of row.entries()) {
    if (text === '\\N') row[index] = null;
    else if (text?.includes('\\'))
      row[index] = text.replace(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter);
  }
  return row;
}

const escapes: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

const idTypeSql = `
  SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute
  WHERE attrelid = to_regclass('users') AND attname = 'id' AND NOT attisdropped`;

/** Unlike `extract`, which computes a `numeric`. */
const seconds = (expression: string): string => `date_part('epoch', ${expression})`;

/** `left` and `btrim` take longer than the rest of a row, and few values need them. */
const shortened = (value: string, longest: number, trim = (expression: string) => expression): string =>
  `CASE WHEN octet_length(${value}) > ${longest} THEN left(${trim(value)}, ${longest}) ELSE ${value} END`;

function pageSql(columns: Columns, blocked: string): string {
  const text = (name: string, longest: number) =>
    columns.has(name) ? shortened(`users.${name}::text`, longest) : 'NULL::text';
  const isTime = (name: string) => columns.get(name)?.kind === 'date';
  const time = (name: string) => (isTime(name) ? seconds(`users.${name}`) : 'NULL::float8');
  const signIns = ['current_sign_in_at', 'last_sign_in_at'].filter(isTime).map((name) => `users.${name}`);
  const known = (name: string, condition: string) => (columns.has(name) ? [condition] : []);
  const disabled = known('usher_disabled_at', 'users.usher_disabled_at IS NOT NULL');
  const conditions = [
    'true',
    ...known('usher_erased_at', 'users.usher_erased_at IS NULL'),
    ...known('usher_migration_reason', `users.usher_migration_reason IS DISTINCT FROM 'signed_up'`),
  ];
  return `
    SELECT users.id::text, ${text('email', longestAddress)},
      ${shortened('users.encrypted_password::text', longestHash, (hash) => `btrim(${hash}, E' \\t\\n\\x0B\\f\\r')`)},
      ${columns.has('confirmed_at') ? 'users.confirmed_at IS NOT NULL' : 'true'},
      ${[`(${blocked})`, ...disabled].join(' OR ')},
      ${time('locked_at')}, ${text('first_name', longestName)}, ${text('last_name', longestName)},
      ${time('created_at')}, ${signIns.length > 0 ? seconds(`greatest(${signIns.join(', ')})`) : 'NULL::float8'},
      ${columns.has('cognito_sub') ? 'users.cognito_sub IS NOT NULL' : 'false'}
    FROM users WHERE ${conditions.join(' AND ')}`;
}
