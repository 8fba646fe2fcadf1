import type { QueryRunner } from 'typeorm';

/** The users table as functions name it, whose search path is empty: quoted, with its schema. */
export async function findUsersTableName(runner: QueryRunner): Promise<string> {
  const [row] = (await runner.query(
    `SELECT format('%I.%I', nspname, relname) AS name
     FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = to_regclass('users')`,
  )) as { name: string }[];
  if (row === undefined) throw new TypeError('there is no users table');
  return row.name;
}
