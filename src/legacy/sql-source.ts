import { emailSpellings } from '#contracts/email-address';
import {
  type FindResult,
  type LegacyUser,
  type Page,
  type SourceDescription,
  SourceError,
} from './legacy-source.js';
import {
  choose,
  longestEmail,
  longestId,
  type MappingOptions,
  mostRows,
  type ReadOnlySource,
  type SourceFile,
  toUser,
} from './mapping.js';
import type { ColumnInfo, SqlDatabase } from './sql-database.js';
import { Statement } from './sql-statement.js';
import { findDeadlineMs, type SourceGuard } from './source-guard.js';
import { fitToTables, type TableLayout } from './table-layout.js';

interface Layout extends TableLayout {
  hasLowerIndex: boolean;
}

/** Milliseconds for a page of a scan, or a check of the whole table. */
const scanDeadlineMs = 60_000;

/** Users of a database that understands SQL. */
export class SqlSource implements ReadOnlySource {
  private layout: Promise<Layout> | undefined;

  constructor(
    private readonly file: SourceFile,
    private readonly database: SqlDatabase,
    private readonly guard: SourceGuard,
    private readonly options: MappingOptions,
  ) {}

  describe(): SourceDescription {
    return describeSource(this.file, `${this.file.table} in ${this.database.location}`);
  }

  async prepare(): Promise<SourceFile> {
    return (await this.fit()).file;
  }

  find(email: string, knownIds: readonly string[]): Promise<FindResult> {
    const spellings = searchable(email);
    if (spellings.length === 0) return Promise.resolve({ user: undefined, rows: 0 });
    return this.guard.find(async () => {
      const layout = await this.fit();
      const users = await this.rowsWith(email, spellings, this.comparableIds(layout, knownIds));
      return choose(users, email, layout.file);
    });
  }

  /** One statement for each index: an OR could make the database read the whole table. */
  private async rowsWith(email: string, spellings: string[], ids: string[]): Promise<LegacyUser[]> {
    const layout = await this.fit();
    const conditions = [
      (statement: Statement) => statement.hasEmail(spellings),
      ...(layout.hasLowerIndex
        ? [(statement: Statement) => statement.hasLowerEmail(emailSpellings(email))]
        : []),
      ...(ids.length > 0 ? [(statement: Statement) => statement.hasId(ids)] : []),
    ];
    const users = new Map<string, LegacyUser>();
    await this.database.transaction(findDeadlineMs, async (query) => {
      for (const condition of conditions) {
        const statement = new Statement(this.database, layout);
        const sql = `${statement.select()} AND ${condition(statement)} LIMIT ${mostRows + 1}`;
        for (const row of await query(sql, statement.values)) {
          const user = this.userOf(layout, row);
          users.set(user.id, user);
        }
      }
    });
    return [...users.values()];
  }

  scan(after: string | undefined, limit: number): Promise<Page> {
    return this.guard.translate(async () => {
      const layout = await this.fit();
      const statement = new Statement(this.database, layout);
      const sql = statement.page(after, limit + 1);
      const rows = await this.database.transaction(scanDeadlineMs, (query) => query(sql, statement.values));
      const users = rows.slice(0, limit).map((row) => this.userOf(layout, row));
      refuseLongIds(users);
      const next = rows.length > limit ? rows[limit - 1]?.position : undefined;
      return typeof next === 'string' ? { users, next } : { users };
    });
  }

  close(): Promise<void> {
    return this.database.close();
  }

  private userOf({ file, columns }: Layout, row: Record<string, string | null>): LegacyUser {
    const values = new Map([...columns.keys()].map((column, index) => [column, row[`c${index}`] ?? null]));
    return toUser(file, (column) => values.get(column) ?? null, this.options);
  }

  /** Compares the source file with the tables. The result is kept; an error is not. */
  private fit(): Promise<Layout> {
    this.layout ??= this.guard
      .translate(() => this.inspect())
      .catch((error: unknown) => {
        this.layout = undefined;
        throw error;
      });
    return this.layout;
  }

  private async inspect(): Promise<Layout> {
    const { database } = this;
    const layout = await fitToTables(this.file, database);
    // Finds what only the database knows, such as a value of `where` that its column cannot hold.
    await this.run(layout, (statement) => `${statement.select()} LIMIT 1`);
    await this.refuseHiddenRows(layout);
    if (!(await database.isKey(layout.table, this.idColumn(layout).name)))
      await this.refuseRepeatedIds(layout);
    const email = layout.columns.get(layout.file.columns.email);
    return {
      ...layout,
      hasLowerIndex:
        email !== undefined &&
        (await database.hasLowerIndex(email.join?.table ?? layout.table, email.info.name)),
    };
  }

  /** Users who seem absent could sign up as somebody else. */
  private async refuseHiddenRows({ table, columns }: TableLayout): Promise<void> {
    const joined = [...columns.values()].flatMap(({ join }) => join?.table ?? []);
    for (const name of new Set([table, ...joined]))
      if (await this.database.hidesRows?.(name))
        throw new SourceError([
          `table: row level security hides all rows of ${name} from this account; CREATE POLICY for it`,
        ]);
  }

  private async refuseRepeatedIds(layout: TableLayout): Promise<void> {
    const rows = await this.run(layout, (statement) => statement.repeatedIds());
    if (rows.length > 0)
      throw new SourceError([
        `columns.id: ${layout.file.columns.id} is not a key of ${layout.table}: rows share a value or have none`,
      ]);
  }

  private run(layout: TableLayout, build: (statement: Statement) => string) {
    const statement = new Statement(this.database, layout);
    const sql = build(statement);
    return this.database.transaction(scanDeadlineMs, (query) => query(sql, statement.values));
  }

  /** Databases refuse to compare a column with ids that it cannot hold. */
  private comparableIds(layout: TableLayout, ids: readonly string[]): string[] {
    const column = this.idColumn(layout);
    const isComparable = comparable[this.database.kindOf(column) as keyof typeof comparable] ?? isStorable;
    return ids.filter((id) => id.length < longestId && isComparable(id, column)).slice(0, mostRows);
  }

  private idColumn({ columns, file }: TableLayout): ColumnInfo {
    return (columns.get(file.columns.id) as { info: ColumnInfo }).info;
  }
}

export function describeSource({ name, hash }: SourceFile, location: string): SourceDescription {
  const scheme = hash.scheme === 'auto' ? undefined : hash.scheme;
  return { name, mode: 'read-only', location, hash: { scheme, isPeppered: hash.peppers === 'env' } };
}

/** @throws SourceError */
export function refuseLongIds(users: readonly LegacyUser[]): void {
  const id = users.find((user) => user.id.length >= longestId)?.id;
  if (id !== undefined)
    throw new SourceError([
      `columns.id: an id has more than ${longestId - 1} characters: ${id.slice(0, 20)}...`,
    ]);
}

const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

/** Bits of PostgreSQL's types; other integers have up to 64. */
const bits: Record<string, number> = { int2: 16, int4: 32 };

const comparable = {
  integer: (id: string, { type }: ColumnInfo) =>
    /^(?:0|-?[1-9]\d{0,18}|1\d{19})$/.test(id) &&
    (type.includes('unsigned')
      ? BigInt.asUintN(64, BigInt(id))
      : BigInt.asIntN(bits[type] ?? 64, BigInt(id))) === BigInt(id),
  uuid: (id: string) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id),
};

/**
 * @returns what an index is searched for: the address in lower case and as typed, and in upper case, as ASP.NET Identity stores
 * it; nothing if no column can hold the address
 */
function searchable(typed: string): string[] {
  if (typed.length >= longestEmail || !isStorable(typed) || typed.trim() === '') return [];
  const spellings = emailSpellings(typed);
  return [...new Set([...spellings, typed.trim(), typed, ...spellings.map(upperCase)])];
}

/** By character: .NET leaves ß as it is. */
const upperCase = (text: string): string =>
  [...text].map((one) => (one.toUpperCase().length === one.length ? one.toUpperCase() : one)).join('');
