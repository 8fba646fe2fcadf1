import type { MigrationInterface, QueryRunner } from 'typeorm';
import { emailExpression } from '../email-expression.js';

/** Built concurrently, so that a large adopted table can be read and written meanwhile. */
export class UsersIndexes1764000000002 implements MigrationInterface {
  /** CREATE INDEX CONCURRENTLY refuses to run inside a transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await build(runner, 'index_users_on_cognito_sub', 'UNIQUE INDEX', 'cognito_sub');
    await build(runner, 'index_users_on_usher_email', 'INDEX', `(${emailExpression('email')})`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX index_users_on_usher_email');
    await runner.query('DROP INDEX index_users_on_cognito_sub');
  }
}

/** A build that was interrupted leaves an invalid index behind: it slows writes and answers nothing. */
async function build(runner: QueryRunner, name: string, kind: string, column: string): Promise<void> {
  const [row] = (await runner.query(
    `SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass($1)`,
    [name],
  )) as { valid: boolean }[];
  if (row?.valid) return;
  if (row) await runner.query(`DROP INDEX CONCURRENTLY ${name}`);
  await runner.query(`CREATE ${kind} CONCURRENTLY ${name} ON users (${column})`);
}
