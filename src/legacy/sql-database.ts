import type { Value } from './mapping.js';

/** Values of a statement; every database receives them apart from the statement. */
export type Bound = string | number | null;

/** A column as the database describes it. */
export interface ColumnInfo {
  /** As the database spells it. */
  name: string;
  /** In lower case, such as `int8` or `varchar`. */
  type: string;
  /** Of MySQL. */
  charset?: { name: string; collation: string } | undefined;
}

/** What values of a type are. `any`: the database does not say; `bytes`: bytes that can be read as text. */
export type Kind = 'any' | 'bytes' | 'integer' | 'uuid' | 'text' | 'boolean' | 'time' | 'other';

export type Query = (sql: string, values: readonly Bound[]) => Promise<Record<string, string | null>[]>;

/** One kind of database, with its dialect. It is read in read-only transactions. */
export interface SqlDatabase {
  /** For people: without user name and password. */
  readonly location: string;
  /** MySQL and SQLite do not distinguish case in names of columns. */
  readonly ignoresCase: boolean;
  quote(identifier: string): string;
  /** A placeholder for the value at this position, from 1, that is compared with the column. */
  placeholder(position: number, column: ColumnInfo): string;
  kindOf(column: ColumnInfo): Kind;
  /** The expression as text of at most so many characters. Instants are in UTC. */
  text(expression: string, column: ColumnInfo, limit: number): string;
  /** What the column can hold for a value of a source file. */
  valuesOf(value: Exclude<Value, null>, column: ColumnInfo): Bound[];
  /** Where a row is in the order of the key, as text; `after` reads it. Without both: the key as text. */
  position?(expression: string): string;
  after?(position: string): { value: Bound; placeholder: string };
  /** @returns the columns; `undefined`: there is no such table or view */
  columns(table: string): Promise<ColumnInfo[] | undefined>;
  /** Does the database guarantee that no two rows have the same value, and that none has NULL? */
  isKey(table: string, column: string): Promise<boolean>;
  /** Is there an index of `lower(column)`? */
  hasLowerIndex(table: string, column: string): Promise<boolean>;
  /** Does the database hide all rows from the account without an error? */
  hidesRows?(table: string): Promise<boolean>;
  /** The tables and views of the application, as a source file names them. */
  tables(): Promise<string[]>;
  /** Runs `work` in a read-only transaction. The database stops statements at the deadline. */
  transaction<Result>(deadlineMs: number, work: (query: Query) => Promise<Result>): Promise<Result>;
  /** @returns one line for an error that a change of settings, file or rights corrects; no values, no passwords */
  problemOf(error: unknown): string | undefined;
  close(): Promise<void>;
}

/** @returns the parts of `table` or `schema.table`, each with or without double quotes */
export const tableParts = (table: string): string[] =>
  [...table.matchAll(/"([^"]+)"|([^".]+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
