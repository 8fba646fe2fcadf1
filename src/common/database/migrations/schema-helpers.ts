import type { QueryRunner } from 'typeorm';
import type { CountedBy } from '../migration-counts.sql.js';
import { readUsersTable, type UsersTable } from '../users-columns.js';

/**
 * Creates an index concurrently, outside of a transaction. An interrupted build leaves an invalid index, which is built again.
 * @param definition the part after the table's name
 * @param options.table by default `users`
 */
export async function buildIndex(
  runner: QueryRunner,
  name: string,
  definition: string,
  { unique = false, table = 'users' } = {},
): Promise<void> {
  const found = table.startsWith('usher.') ? `usher.${name}` : name;
  const [row] = (await runner.query(
    `SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass($1)`,
    [found],
  )) as { valid: boolean }[];
  if (row?.valid) return;
  if (row) await runner.query(`DROP INDEX CONCURRENTLY ${found}`);
  await runner.query(
    `CREATE ${unique ? 'UNIQUE INDEX' : 'INDEX'} CONCURRENTLY ${name} ON ${table} ${definition}`,
  );
}

/** The quoted name of the users table with its schema, for functions with an empty search path. */
export async function findUsersTableName(runner: QueryRunner): Promise<string> {
  const [row] = (await runner.query(
    `SELECT format('%I.%I', nspname, relname) AS name
     FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = to_regclass('users')`,
  )) as { name: string }[];
  if (row === undefined) throw new TypeError('there is no users table');
  return row.name;
}

/** @throws TypeError if there is no table `users` */
export async function requireUsersTable(runner: QueryRunner): Promise<UsersTable> {
  const table = await readUsersTable(runner);
  if (table === undefined) throw new TypeError('there is no users table');
  return table;
}

/** Counts as they are before conditions for blocked rows are applied. */
export async function unconditionalCounts(runner: QueryRunner): Promise<CountedBy> {
  const { columns } = await requireUsersTable(runner);
  return { conditions: [], confirmedAt: columns.confirmed_at ?? 'confirmed_at' };
}
