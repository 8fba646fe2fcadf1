import { SourceError } from './legacy-source.js';
import { type ColumnUse, columnUses, type Join, type SourceFile, type Use, type Value } from './mapping.js';
import type { ColumnInfo, Kind, SqlDatabase } from './sql-database.js';

/** Columns with the values that rows must have. */
export type Equality = readonly [ColumnInfo, Value];

export interface JoinLayout {
  table: string;
  as: string;
  /** Columns of the joined table with those of the main table. */
  on: (readonly [ColumnInfo, ColumnInfo])[];
  where: Equality[];
}

/** A column of the main table, or of a joined one. */
export interface Place {
  info: ColumnInfo;
  join?: JoinLayout | undefined;
}

/** A source file that fits the tables. */
export interface TableLayout {
  /** Without what the preset says of columns that the tables do not have. */
  file: SourceFile;
  table: string;
  /** By the name in the source file, in the order of reading. */
  columns: Map<string, Place & { limit: number }>;
  where: Equality[];
}

/** @throws SourceError with a line per problem */
export async function fitToTables(file: SourceFile, database: SqlDatabase): Promise<TableLayout> {
  const problems: string[] = [];
  const table = file.table as string;
  const own = await database.columns(table);
  if (own === undefined) throw new SourceError([`table: ${missing(table)}`]);
  const pick = (columns: readonly ColumnInfo[], name: string, path: string, of: string): ColumnInfo => {
    const found = find(columns, name, database);
    if (!found) problems.push(`${path}: there is no column ${name} in ${of}`);
    return found ?? { name, type: 'unknown' };
  };
  const equalities = (
    where: SourceFile['where'] = {},
    columns: readonly ColumnInfo[],
    path: string,
    of: string,
  ) =>
    Object.entries(where).map(
      ([name, value]) => [pick(columns, name, `${path}.${name}`, of), value] as const,
    );

  const joined = new Map<string, { join: JoinLayout; columns: ColumnInfo[] }>();
  for (const [index, join] of (file.join ?? []).entries()) {
    const columns = await database.columns(join.table);
    if (columns) joined.set(join.as, { columns, join: layOut(join, index, columns) });
    else if (!file.optional.joins) problems.push(`join.${index}.table: ${missing(join.table)}`);
  }
  function layOut({ table: other, as, on, where }: Join, index: number, columns: ColumnInfo[]): JoinLayout {
    return {
      table: other,
      as,
      on: Object.entries(on).map(([remote, local]) => [
        pick(columns, remote, `join.${index}.on.${remote}`, other),
        pick(own ?? [], local, `join.${index}.on.${remote}`, table),
      ]),
      where: equalities(where, columns, `join.${index}.where`, other),
    };
  }
  const placeOf = (column: string): Place | undefined => {
    const [alias = '', name = ''] = splitAlias(column);
    const other = joined.get(alias);
    const info = other ? find(other.columns, name, database) : find(own, column, database);
    return info && { info, join: other?.join };
  };

  const fitted = { ...file, columns: withoutMissing(file, (column) => placeOf(column) !== undefined) };
  const columns: TableLayout['columns'] = new Map();
  for (const use of columnUses(fitted)) {
    const place = placeOf(use.column);
    if (place) {
      problems.push(...typeProblem(use, place.info, database.kindOf(place.info)));
      const limit = Math.max(use.limit, columns.get(use.column)?.limit ?? 0);
      columns.set(use.column, { ...place, limit });
    } else problems.push(`${use.path}: there is no column ${use.column} in ${table}`);
  }
  if (columns.get(file.columns.id)?.join)
    problems.push('columns.id: the key must be a column of the main table');
  const where = equalities(file.where, own, 'where', table);
  if (problems.length > 0) throw new SourceError([...new Set(problems)]);
  return { file: fitted, table, columns, where };
}

const missing = (table: string): string => `there is no table or view ${table} that this account can read`;

const find = (
  columns: readonly ColumnInfo[],
  name: string,
  { ignoresCase }: SqlDatabase,
): ColumnInfo | undefined =>
  columns.find((column) => column.name === name) ??
  columns.find((column) => ignoresCase && column.name.toLowerCase() === name.toLowerCase());

function splitAlias(column: string): string[] {
  const dot = column.indexOf('.');
  return dot < 0 ? [] : [column.slice(0, dot), column.slice(dot + 1)];
}

/** Leaves out what the preset says of columns that are not there. In a list, each condition counts by itself. */
export function withoutMissing(
  { columns, optional }: SourceFile,
  exists: (column: string) => boolean,
): SourceFile['columns'] {
  const fits = (part: Partial<SourceFile['columns']>) =>
    columnUses({ columns: { id: '', email: '', hash: { concat: ['-'] }, ...part } })
      .filter(({ column }) => column !== '')
      .every(({ column }) => exists(column));
  const entries = Object.entries(columns).flatMap(([key, value]: [string, unknown]) => {
    if (!optional.columns.has(key)) return [[key, value] as const];
    if (!Array.isArray(value)) return fits({ [key]: value }) ? [[key, value] as const] : [];
    const list: unknown[] = value.filter((condition: unknown) => fits({ [key]: condition }));
    return list.length > 0 ? [[key, list] as const] : [];
  });
  return Object.fromEntries(entries) as unknown as SourceFile['columns'];
}

const allowed: Record<Use, { kinds: readonly Kind[]; text: string }> = {
  id: { kinds: ['integer', 'uuid', 'text'], text: 'an integer, a UUID or a text' },
  email: { kinds: ['text'], text: 'a text' },
  hash: { kinds: ['text', 'bytes'], text: 'a text' },
  flag: { kinds: ['boolean', 'integer'], text: 'a boolean; for other types, "equals" names the value' },
  time: { kinds: ['time', 'integer', 'text'], text: 'a time, an integer or a text' },
  text: { kinds: ['bytes', 'integer', 'uuid', 'text', 'boolean', 'time', 'other'], text: '' },
};

function typeProblem({ column, path, use }: ColumnUse, { type }: ColumnInfo, kind: Kind): string[] {
  const { kinds, text } = allowed[use];
  return kind === 'any' || kinds.includes(kind)
    ? []
    : [`${path}: ${column} has the type ${type}, but must be ${text}`];
}
