import type { DataSource, EntityMetadata, QueryRunner } from 'typeorm';
import { isStorable, type UserId } from '#contracts';
import { StartError } from '../config/config-namespace.js';

/**
 * The `users` table as it is: an adopted one has `id`, `email` and `encrypted_password`, and any of Devise's other columns
 * (docs/adr/0020-adopted-tables.md). Statements name the others in braces; `resolveColumns` replaces the braces once per process.
 */
export interface UsersTable {
  /** The type of our columns that hold an id: `bigint` for any integer, `text` for any text. */
  idType: 'bigint' | 'uuid' | 'text';
  /** The largest integer that `id` can hold; `undefined` if it is no integer. */
  largestId: bigint | undefined;
  /** Optional columns by Devise's name: the name in this table; absent ones are missing. */
  columns: Partial<Record<OptionalColumn, string>>;
  /** SQL of the id of a new row, if the table has no default for it. */
  newId: string | undefined;
  /** Columns without a default that must be set and that Usher does not know: it can insert no row. */
  unknownRequired: readonly string[];
}

type Kind = 'text' | 'timestamp';

/** Devise's columns that an adopted table may lack, by the kind of their values. */
const optionalColumns = {
  first_name: 'text',
  last_name: 'text',
  unconfirmed_email: 'text',
  confirmed_at: 'timestamp',
  authentication_hash: 'text',
  reset_password_token: 'text',
  confirmation_token: 'text',
  unlock_token: 'text',
  locked_at: 'timestamp',
  created_at: 'timestamp',
  updated_at: 'timestamp',
} satisfies Record<string, Kind>;

export type OptionalColumn = keyof typeof optionalColumns;

const optionalNames = Object.keys(optionalColumns) as OptionalColumn[];

/**
 * What Usher must be able to store: where the table lacks the column, Usher adds one with the prefix `usher_`. Rows of the table and
 * those that the old application inserts count as confirmed; Usher's own sign-up inserts NULL. The default is evaluated once, so
 * that PostgreSQL rewrites no row.
 */
const ownColumns: Partial<Record<OptionalColumn, string>> = {
  first_name: 'character varying',
  last_name: 'character varying',
  unconfirmed_email: 'character varying',
  confirmed_at: `timestamp without time zone DEFAULT (now() AT TIME ZONE 'UTC')`,
};

const ownName = (name: string) => `usher_${name}`;

interface Column {
  name: string;
  type: string;
  /** PostgreSQL's type category (documentation, table 52.65). */
  category: string;
  /** Must be set by an insert. */
  required: boolean;
  /** The length of a varchar, else NULL. */
  length: number | null;
}

/** A data source or one of its connections. */
export interface Reader {
  query(text: string): Promise<unknown>;
}

async function readColumns(runner: Reader): Promise<ReadonlyMap<string, Column>> {
  const rows = (await runner.query(
    `SELECT attname AS name, format_type(atttypid, NULL) AS type, typcategory AS category,
       attnotnull AND NOT atthasdef AND attidentity = '' AS required, nullif(atttypmod, -1) - 4 AS length
     FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
     WHERE attrelid = to_regclass('users') AND attnum > 0 AND NOT attisdropped`,
  )) as Column[];
  return new Map(rows.map((column) => [column.name, column]));
}

const isOfKind = ({ type, category }: Column, kind: Kind): boolean =>
  kind === 'text' ? category === 'S' : type === 'date' || type.startsWith('timestamp');

/** Integers that `id` can hold. */
const largestIds: Readonly<Record<string, bigint>> = {
  smallint: 2n ** 15n - 1n,
  integer: 2n ** 31n - 1n,
  bigint: 2n ** 63n - 1n,
};

const idTypeOf = (type: string): UsersTable['idType'] | undefined => {
  if (type in largestIds) return 'bigint';
  if (type === 'uuid') return 'uuid';
  return type === 'text' || type === 'character varying' ? 'text' : undefined;
};

/** Characters of a UUID. */
const uuidLength = 36;

/** @returns what `users` has; `undefined` if there is no such table, or one that cannot be adopted */
export async function readUsersTable(runner: Reader): Promise<UsersTable | undefined> {
  const found = await readColumns(runner);
  const id = found.get('id');
  const idType = id && idTypeOf(id.type);
  if (id === undefined || idType === undefined) return undefined;
  const named = optionalNames.flatMap((name) => {
    const column = found.get(name);
    if (column && isOfKind(column, optionalColumns[name])) return [[name, name]];
    return name in ownColumns && found.has(ownName(name)) ? [[name, ownName(name)]] : [];
  });
  const columns = Object.fromEntries(named) as UsersTable['columns'];
  const holdsUuid =
    idType !== 'bigint' && (id.length === null || idType === 'uuid' || id.length >= uuidLength);
  const newId =
    id.required && holdsUuid ? `gen_random_uuid()${idType === 'text' ? '::text' : ''}` : undefined;
  const set = new Set(['email', 'encrypted_password', columns.created_at, columns.updated_at]);
  if (newId !== undefined) set.add('id');
  const unknownRequired = [...found.values()].filter(({ name, required }) => required && !set.has(name));
  return {
    idType,
    largestId: largestIds[id.type],
    columns,
    newId,
    unknownRequired: unknownRequired.map(({ name }) => name),
  };
}

/**
 * Adds the columns that Usher needs and the table lacks. Also called when the old application has dropped a column. Sign-ups that
 * wait for their confirmation stay unconfirmed.
 */
export async function addOwnColumns(runner: QueryRunner): Promise<void> {
  const found = await readColumns(runner);
  const missing = (Object.entries(ownColumns) as [OptionalColumn, string][]).filter(([name]) => {
    const column = found.get(name);
    return !(column && isOfKind(column, optionalColumns[name])) && !found.has(ownName(name));
  });
  if (found.size === 0 || missing.length === 0) return;
  const added = missing.map(([name, type]) => `ADD COLUMN ${ownName(name)} ${type}`);
  const isOpenSignUp = `usher_migration_reason = 'signed_up' AND cognito_sub IS NULL AND encrypted_password = ''`;
  const keepsUnconfirmed =
    missing.some(([name]) => name === 'confirmed_at') && found.has('usher_migration_reason');
  // The statements of one query are one transaction.
  await runner.query(`
    SET LOCAL lock_timeout = '3s';
    ALTER TABLE users ${added.join(', ')};
    ${keepsUnconfirmed ? `UPDATE users SET ${ownName('confirmed_at')} = NULL WHERE ${isOpenSignUp};` : ''}`);
}

/** @throws StartError if the existing `users` is nothing that Usher can adopt */
export async function requireAdoptable(runner: QueryRunner): Promise<void> {
  const [table] = (await runner.query(
    `SELECT relkind AS kind, pg_has_role(relowner, 'USAGE') AS owned, EXISTS (
       SELECT 1 FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
       WHERE indrelid = pg_class.oid AND attname = 'id' AND attnotnull AND indisunique AND indisvalid AND indpred IS NULL
         AND indnkeyatts = 1) AS "hasKey"
     FROM pg_class WHERE oid = to_regclass('users')`,
  )) as Relation[];
  if (table === undefined) return;
  const reason = unadoptable(table, await readColumns(runner));
  if (reason === undefined) return;
  throw new StartError(
    `Usher cannot adopt "users": ${reason}. It can be read without changes as a read-only source: set LEGACY_SOURCE to a preset or a source file`,
  );
}

interface Relation {
  /** `pg_class.relkind`. */
  kind: string;
  owned: boolean;
  /** Whether `id` identifies a row. */
  hasKey: boolean;
}

function unadoptable(
  { kind, owned, hasKey }: Relation,
  columns: ReadonlyMap<string, Column>,
): string | undefined {
  if (kind === 'v' || kind === 'm') return 'it is a view';
  if (kind !== 'r') return 'it is no ordinary table';
  const missing = ['id', 'email', 'encrypted_password'].filter((name) => !columns.has(name));
  if (missing.length > 0) return `it has no column ${missing.join(', ')}`;
  const id = columns.get('id')?.type ?? '';
  if (idTypeOf(id) === undefined)
    return `its id has the type ${id}, and must be an integer, a UUID, text or varchar`;
  if (!hasKey) return 'its id is neither the primary key nor unique and NOT NULL';
  const text = ['email', 'encrypted_password'].find((name) => columns.get(name)?.category !== 'S');
  if (text !== undefined)
    return `its column ${text} has the type ${columns.get(text)?.type}, and must be text`;
  const time = (['confirmed_at', 'locked_at'] as const).find((name) => {
    const column = columns.get(name);
    return column && !isOfKind(column, 'timestamp');
  });
  if (time !== undefined)
    return `its column ${time} has the type ${columns.get(time)?.type}, and must be a time`;
  return owned ? undefined : 'the role of DATABASE_URL does not own it, so it may not add columns';
}

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const integer = /^(0|[1-9]\d{0,18})$/;
const longestId = 255;

/** @returns the id of a path or a query as PostgreSQL would return it; `undefined` if no row can have it */
export function parseUserId(text: string, { idType, largestId }: UsersTable): UserId | undefined {
  if (idType === 'text') return text.length <= longestId && isStorable(text) ? text : undefined;
  if (idType === 'uuid') return uuid.test(text.toLowerCase()) ? text.toLowerCase() : undefined;
  if (!integer.test(text) || (largestId !== undefined && BigInt(text) > largestId)) return undefined;
  return Number.isSafeInteger(Number(text)) ? Number(text) : text;
}

/** A table with all of Devise's columns, as Usher creates it. */
const fullTable: UsersTable = {
  idType: 'bigint',
  largestId: largestIds.bigint,
  columns: Object.fromEntries(optionalNames.map((name) => [name, name])),
  newId: undefined,
  unknownRequired: [],
};

/** The least value of an id, for paging. */
const firstIds = { bigint: '0', uuid: '00000000-0000-0000-0000-000000000000', text: '' } as const;

const isOptional = (name: string): name is OptionalColumn => name in optionalColumns;

/**
 * Replaces the braces of a statement: `{first_name}` is the column, or NULL where there is none; `{updated_at: SQL}` is left out where
 * there is none. `{new_id: SQL}` is left out where the table has a default for the id. Also `{new_id}`, `{id_type}`, `{first_id}`, and
 * `{may_insert}`, which is false if the table requires a column that Usher does not know.
 */
export function resolveColumns(text: string, table: UsersTable = fullTable): string {
  const { columns, idType, newId, unknownRequired } = table;
  const values: Readonly<Record<string, string | undefined>> = {
    new_id: newId ?? '',
    id_type: idType,
    first_id: firstIds[idType],
    may_insert: String(unknownRequired.length === 0),
  };
  return text
    .replaceAll(/\{(\w+)\}/g, (braces, name: string) =>
      isOptional(name) ? (columns[name] ?? `NULL::${optionalColumns[name]}`) : (values[name] ?? braces),
    )
    .replaceAll(/\{(\w+): ([^{}]*)\}/g, (braces, name: string, part: string) => {
      if (!isOptional(name) && name !== 'new_id') return braces;
      return (isOptional(name) ? columns[name] : newId) === undefined ? '' : part;
    });
}

const tables = new WeakMap<DataSource, UsersTable>();

/** The table as the last call of `adaptToUsersTable` has found it. */
export const usersTableOf = (dataSource: DataSource): UsersTable => tables.get(dataSource) ?? fullTable;

/** Reads which columns `users` has. Entities of the table read and write only those. */
export async function adaptToUsersTable(dataSource: DataSource): Promise<void> {
  const table = await readUsersTable(dataSource);
  if (table === undefined) return;
  tables.set(dataSource, table);
  const found = await readColumns(dataSource);
  for (const metadata of dataSource.entityMetadatas)
    if (metadata.schema === undefined) adaptEntity(metadata, table, new Set(found.keys()));
}

function adaptEntity(metadata: EntityMetadata, table: UsersTable, found: ReadonlySet<string>): void {
  for (const column of metadata.columns) {
    if (column.isVirtualProperty) continue;
    const name = column.databaseName.replace(/^usher_/, '');
    const inTable = isOptional(name) ? table.columns[name] : column.databaseName;
    if (inTable !== undefined && found.has(inTable)) column.databaseName = column.databasePath = inTable;
    else {
      column.isSelect = false;
      column.isInsert = false;
      column.isUpdate = false;
      if (column.isUpdateDate) metadata.updateDateColumn = undefined;
    }
  }
}
