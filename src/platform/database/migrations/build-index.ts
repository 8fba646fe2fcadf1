import type { QueryRunner } from 'typeorm';

/**
 * An index of `users`, built while others read and write; not possible inside a transaction. A build that was interrupted
 * leaves an invalid index behind, which slows writes and answers nothing: it is built anew.
 * @param kind `INDEX` or `UNIQUE INDEX`
 * @param definition what follows the table's name
 */
export async function buildIndex(
  runner: QueryRunner,
  name: string,
  kind: string,
  definition: string,
): Promise<void> {
  const [row] = (await runner.query(
    `SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass($1)`,
    [name],
  )) as { valid: boolean }[];
  if (row?.valid) return;
  if (row) await runner.query(`DROP INDEX CONCURRENTLY ${name}`);
  await runner.query(`CREATE ${kind} CONCURRENTLY ${name} ON users ${definition}`);
}
