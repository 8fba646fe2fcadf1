import { isSameAddress } from '#contracts/email-address';
import type { UnmarkedSchemeName } from '#password-hashes';
import type { FindResult, LegacySource, LegacyUser } from './legacy-source.js';

export type Value = string | number | boolean | null;

/** A column of the table, or with an alias and a dot of a joined table. */
export type Column = string;

export type Condition =
  boolean | Column | { present: Column } | { not: Column } | { equals: readonly [Column, Value] };

/** Joined by OR. */
export type Conditions = null | Condition | readonly Condition[];

export type HashColumn = Column | { concat: readonly string[] } | { column: Column; strip_prefix: string };

/** `locked_at`: an instant that locks for LEGACY_UNLOCK_IN, as in Devise. */
export type LockColumn = Column | { locked_at: Column };

export interface Columns {
  id: Column;
  email: Column;
  hash: HashColumn;
  verified?: Conditions;
  blocked?: Conditions;
  locked_until?: LockColumn | null;
  first_name?: Column | null;
  last_name?: Column | null;
  created_at?: Column | null;
  last_sign_in_at?: Column | null;
  attributes?: Readonly<Record<string, Column>>;
}

/** At most one row for each row of the main table. `on`: its columns with those of the main table. */
export interface Join {
  table: string;
  as: string;
  on: Readonly<Record<string, string>>;
  where?: Readonly<Record<string, Value>>;
}

/** A source file with the values of its preset. */
export interface SourceFile {
  /** For people: of the preset or the file. */
  name: string;
  /** Absent for CSV. */
  table?: string;
  join?: readonly Join[];
  where?: Readonly<Record<string, Value>>;
  columns: Columns;
  /** Keys of `columns`, aliases and columns of `where` that come from the preset: left out where the table lacks them. */
  optional: { columns: ReadonlySet<string>; joins: boolean };
  hash: { scheme: 'auto' | UnmarkedSchemeName; peppers: 'env' | 'none' };
  identifier: { on_duplicate: 'refuse' | 'newest' | 'last_signed_in' };
}

/** A source that a source file describes. */
export interface ReadOnlySource extends LegacySource {
  /**
   * Compares the source file with the source. `find` and `scan` do it when they need it.
   * @returns the source file without what its preset says of columns that are not there
   * @throws SourceError if they do not fit; AppError `legacy.unavailable`
   */
  prepare(): Promise<SourceFile>;
}

/** Characters that are read of a hash; no hash is longer. */
export const longestHash = 4096;
/** Above the 512 characters that an address can have in any spelling. */
export const longestEmail = 513;
/** An id has at most 255. */
export const longestId = 256;
const longestValue = 2048;

/** How a column is used, which decides its types. */
export type Use = 'id' | 'email' | 'hash' | 'flag' | 'time' | 'text';

export interface ColumnUse {
  column: Column;
  /** Path in the source file. */
  path: string;
  use: Use;
  /** Characters. */
  limit: number;
}

/** Names of columns begin with a letter or underscore; everything else in `concat` is text. */
const columnName = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?$/;
const isColumn = (part: string): boolean => columnName.test(part);

const conditionList = (conditions: Conditions | undefined): readonly Condition[] => {
  if (conditions === undefined || conditions === null) return [];
  return isList(conditions) ? conditions : [conditions];
};

const isList = (conditions: Condition | readonly Condition[]): conditions is readonly Condition[] =>
  Array.isArray(conditions);

/** @returns the columns that rows are read with, each use once */
export function columnUses({ columns }: Pick<SourceFile, 'columns'>): ColumnUse[] {
  const uses: ColumnUse[] = [];
  const add = (key: string, column: Column | null | undefined, use: Use, limit: number) => {
    if (column !== undefined && column !== null) uses.push({ column, path: `columns.${key}`, use, limit });
  };
  add('id', columns.id, 'id', longestId);
  add('email', columns.email, 'email', longestEmail);
  for (const column of hashColumns(columns.hash)) add('hash', column, 'hash', longestHash);
  for (const key of ['verified', 'blocked'] as const)
    for (const condition of conditionList(columns[key])) {
      if (typeof condition === 'boolean') continue;
      if (typeof condition === 'string') add(key, condition, 'flag', 16);
      else if ('not' in condition) add(key, condition.not, 'flag', 16);
      else if ('present' in condition) add(key, condition.present, 'text', 64);
      else add(key, condition.equals[0], 'text', longestValue);
    }
  const lock = columns.locked_until;
  add('locked_until', typeof lock === 'object' ? lock?.locked_at : lock, 'time', 64);
  add('first_name', columns.first_name, 'text', longestValue);
  add('last_name', columns.last_name, 'text', longestValue);
  add('created_at', columns.created_at, 'time', 64);
  add('last_sign_in_at', columns.last_sign_in_at, 'time', 64);
  for (const [name, column] of Object.entries(columns.attributes ?? {}))
    add(`attributes.${name}`, column, 'text', longestValue);
  return uses;
}

function hashColumns(hash: HashColumn): Column[] {
  if (typeof hash === 'string') return [hash];
  return 'concat' in hash ? hash.concat.filter(isColumn) : [hash.column];
}

/** The values of a row as text, by column. Booleans: `true`, `t` or `1`; instants: ISO 8601 in UTC, or seconds since 1970. */
export type Row = (column: Column) => string | null;

export interface MappingOptions {
  /** Of LEGACY_UNLOCK_IN, in seconds; `undefined`: a lock never expires. */
  unlockInSeconds: number | undefined;
}

/** @returns the user of a row; `id` has 256 characters if it is too long */
export function toUser({ columns }: SourceFile, row: Row, { unlockInSeconds }: MappingOptions): LegacyUser {
  const read = (column: Column | null | undefined) =>
    column === undefined || column === null ? null : row(column);
  const holds = (conditions: Conditions | undefined) =>
    conditionList(conditions).some((condition) => isMet(condition, row));
  const isSaid = columns.verified !== undefined && columns.verified !== null;
  return {
    id: row(columns.id) ?? '',
    email: read(columns.email),
    passwordHash: readHash(columns.hash, row),
    verified: isSaid ? holds(columns.verified) : true,
    blocked: holds(columns.blocked),
    lockedUntil: readLock(columns.locked_until, row, unlockInSeconds),
    firstName: read(columns.first_name),
    lastName: read(columns.last_name),
    createdAt: toInstant(read(columns.created_at)) ?? null,
    lastSignInAt: toInstant(read(columns.last_sign_in_at)) ?? null,
    attributes: Object.fromEntries(
      Object.entries(columns.attributes ?? {}).flatMap(([name, column]) => {
        const value = row(column);
        return value === null ? [] : [[name, value]];
      }),
    ),
  };
}

function readHash(hash: HashColumn, row: Row): string | null {
  if (typeof hash === 'string') return row(hash);
  if ('concat' in hash) {
    const parts = hash.concat.map((part) => (isColumn(part) ? row(part) : part));
    return parts.includes(null) ? null : parts.join('');
  }
  const stored = row(hash.column);
  return stored?.startsWith(hash.strip_prefix) ? stored.slice(hash.strip_prefix.length) : stored;
}

/** A lock that cannot be read counts. */
const forever = new Date(8.64e15);

function readLock(
  lock: LockColumn | null | undefined,
  row: Row,
  unlockInSeconds: number | undefined,
): Date | null {
  if (lock === undefined || lock === null) return null;
  const instant = toInstant(row(typeof lock === 'string' ? lock : lock.locked_at));
  if (instant === undefined) return forever;
  if (instant === null || typeof lock === 'string') return instant;
  return unlockInSeconds === undefined ? forever : new Date(instant.getTime() + unlockInSeconds * 1000);
}

/** NULL meets no condition but `equals: [column, null]`. */
function isMet(condition: Condition, row: Row): boolean {
  if (typeof condition === 'boolean') return condition;
  if (typeof condition === 'string') return isTrue(row(condition)) === true;
  if ('not' in condition) return isTrue(row(condition.not)) === false;
  if ('present' in condition)
    return !['', noDate, null].includes(row(condition.present)?.slice(0, 10) ?? null);
  return isEqual(row(condition.equals[0]), condition.equals[1]);
}

export function isEqual(stored: string | null, value: Value): boolean {
  if (stored === null || value === null) return stored === value;
  if (typeof value === 'boolean') return isTrue(stored) === value;
  if (typeof value === 'number') return stored.trim() !== '' && Number(stored) === value;
  return stored === value;
}

const trueTexts = ['true', 't', '1', 'yes', 'y', 'on'];

/** `undefined` for NULL and blank */
function isTrue(stored: string | null): boolean | undefined {
  const text = stored?.trim().toLowerCase() ?? '';
  // A number such as 2 is true, as in MySQL and SQLite.
  return text === ''
    ? undefined
    : trueTexts.includes(text) || (Number(text) !== 0 && !Number.isNaN(Number(text)));
}

/** MySQL's zero date, the default of columns in WordPress. */
const noDate = '0000-00-00';

const iso =
  /^(\d{4,6})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/i;

/**
 * @param stored ISO 8601, in UTC unless it has an offset; or seconds, milliseconds or microseconds since 1970
 * @returns `null` for no instant, `undefined` for a text that is none
 */
export function toInstant(stored: string | null): Date | null | undefined {
  const text = stored?.trim() ?? '';
  if (text === '' || text.startsWith(noDate) || text === '-infinity') return null;
  if (text === 'infinity') return forever;
  if (/^-?\d{1,17}(?:\.\d+)?$/.test(text)) return ofEpoch(Number(text));
  const [, year, month, day, hour = 0, minute = 0, second = 0, fraction = '', zone = 'Z'] =
    iso.exec(text) ?? [];
  if (year === undefined) return undefined;
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const time = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute) - offsetMinutes(zone),
    Number(second),
    milliseconds,
  );
  return Number.isNaN(time) ? forever : new Date(time);
}

/** Applications write 0 for "never". */
function ofEpoch(number: number): Date | null {
  const size = Math.abs(number);
  if (size === 0) return null;
  const milliseconds = size < 1e11 ? number * 1000 : size < 1e14 ? number : number / 1000;
  return new Date(Math.trunc(milliseconds));
}

function offsetMinutes(zone: string): number {
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  if (hours === undefined) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** Rows that are read of one address. More of them find nobody. */
export const mostRows = 100;

/** @param users rows that a database finds by the address, also by a looser comparison than ours */
export function choose(users: readonly LegacyUser[], email: string, { identifier }: SourceFile): FindResult {
  const same = users.filter((user) => user.email !== null && isSameAddress(user.email, email));
  const rows = same.length;
  if (users.length > mostRows) return { user: undefined, rows };
  const live = same.filter(({ blocked }) => !blocked);
  const user =
    live.length > 1
      ? preferred(live, identifier.on_duplicate)
      : (live[0] ?? (rows === 1 ? same[0] : undefined));
  return { user: user && user.id.length < longestId ? user : undefined, rows };
}

/** `undefined` where two of them are equally new. */
function preferred(
  users: LegacyUser[],
  rule: SourceFile['identifier']['on_duplicate'],
): LegacyUser | undefined {
  if (rule === 'refuse') return undefined;
  const time = (user: LegacyUser) =>
    (rule === 'newest' ? user.createdAt : user.lastSignInAt)?.getTime() ?? -Infinity;
  const latest = Math.max(...users.map(time));
  const [first, ...others] = users.filter((user) => time(user) === latest);
  return others.length === 0 ? first : undefined;
}
