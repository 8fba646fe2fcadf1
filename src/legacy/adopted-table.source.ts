import pg from 'pg';
import { longestStoredHash } from '#password-hashes';
import type { LegacyRowsConfig } from '../common/config/migration.config.js';
import { isBlockedSql } from '../common/database/blocked-condition.js';
import { readColumns, resolveConditions } from '../common/database/blocked-rows.js';
import type { LegacySource, LegacyUser, Page, SourceDescription } from './legacy-source.js';

/** Milliseconds. */
const connectTimeout = 5000;

/** Milliseconds. A page is one range of the primary key. */
const pageTimeout = 60_000;

/** Characters of an address and of a name that are read; longer ones are invalid anyway. */
const longestAddress = 600;
const longestName = 2100;

/** Characters of a hash without padding. Longer strings are no hashes, and may have megabytes. */
const longestHash = longestStoredHash + 1;

/** The table has not the columns that a legacy source needs. */
export class UnsuitableTableError extends Error {}

type Columns = Awaited<ReturnType<typeof readColumns>>;

/** The members of a row, in the order of the SQL. Times are seconds since 1970. */
type Row = [
  id: string,
  email: string | null,
  hash: string | null,
  verified: boolean,
  blocked: boolean,
  lockedAt: number | null,
  firstName: string | null,
  lastName: string | null,
  createdAt: number | null,
  lastSignInAt: number | null,
  migrated: boolean,
];

/**
 * Reads `public.users` with Devise's columns, page by page, on a connection of its own. Only `id`, `email` and
 * `encrypted_password` are required. Rows that Usher deleted or that its sign-up inserted are no legacy users.
 */
export class AdoptedTableSource implements Pick<LegacySource, 'describe' | 'scan' | 'close'> {
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
      ...{ connectionTimeoutMillis: connectTimeout, query_timeout: pageTimeout },
    });
    // Reported by the query that it ends.
    client.on('error', () => undefined);
    await client.connect();
    try {
      await client.query(`SET timezone TO 'UTC'; SET default_transaction_read_only TO on`);
      const query = async <Result>(text: string) => (await client.query<object>(text)).rows as Result;
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
      name: `legacy-scan-${after === undefined ? 'first-' : ''}${limit}`,
      // A literal, because a plan for any limit may sort the table for each page.
      text: `${this.sql.page} ${position} ORDER BY users.id LIMIT ${limit}`,
      values: after === undefined ? [] : [after],
      rowMode: 'array',
    });
    const last = rows.length === limit ? rows.at(-1)?.[0] : undefined;
    return {
      users: rows.map((row) => this.toUser(row)),
      ...(last !== undefined && { next: last }),
    };
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  private toUser([id, email, hash, verified, blocked, lockedAt, ...rest]: Row): LegacyUser {
    const [firstName, lastName, createdAt, lastSignInAt, migrated] = rest;
    return {
      id,
      email,
      passwordHash: hash,
      verified,
      blocked,
      lockedUntil: lockedAt === null ? null : this.lockEnd(lockedAt),
      firstName,
      lastName,
      createdAt: toDate(createdAt),
      lastSignInAt: toDate(lastSignInAt),
      attributes: noAttributes,
      ...(migrated && { migrated }),
    };
  }

  private lockEnd(lockedAt: number): Date | null {
    return this.unlockInSeconds === undefined ? endOfTime : toDate(lockedAt + this.unlockInSeconds);
  }
}

const noAttributes = {};

/** The last instant of a Date: a lock without end. */
const endOfTime = new Date(8.64e15);

/** "infinity" is no time. */
const toDate = (seconds: number | null): Date | null =>
  seconds === null || !Number.isFinite(seconds) ? null : new Date(seconds * 1000);

const idTypeSql = `
  SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute
  WHERE attrelid = to_regclass('users') AND attname = 'id' AND NOT attisdropped`;

/** Unlike `extract`, which computes a `numeric`. */
const seconds = (expression: string): string => `date_part('epoch', ${expression})`;

function pageSql(columns: Columns, blocked: string): string {
  const text = (name: string, longest: number) =>
    columns.has(name) ? `left(users.${name}::text, ${longest})` : 'NULL::text';
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
      left(btrim(users.encrypted_password::text, E' \\t\\n\\x0B\\f\\r'), ${longestHash}),
      ${columns.has('confirmed_at') ? 'users.confirmed_at IS NOT NULL' : 'true'},
      ${[`(${blocked})`, ...disabled].join(' OR ')},
      ${time('locked_at')}, ${text('first_name', longestName)}, ${text('last_name', longestName)},
      ${time('created_at')}, ${signIns.length > 0 ? seconds(`greatest(${signIns.join(', ')})`) : 'NULL::float8'},
      ${columns.has('cognito_sub') ? 'users.cognito_sub IS NOT NULL' : 'false'}
    FROM users WHERE ${conditions.join(' AND ')}`;
}
