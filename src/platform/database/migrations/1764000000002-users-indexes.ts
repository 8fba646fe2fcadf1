import type { MigrationInterface, QueryRunner } from 'typeorm';
import { emailExpression } from '../email-expression.js';
import { buildIndex } from './build-index.js';

/** Built concurrently, so that a large adopted table can be read and written meanwhile. */
export class UsersIndexes1764000000002 implements MigrationInterface {
  /** CREATE INDEX CONCURRENTLY refuses to run inside a transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await buildIndex(runner, 'index_users_on_cognito_sub', 'UNIQUE INDEX', '(cognito_sub)');
    await buildIndex(runner, 'index_users_on_usher_email', 'INDEX', `((${emailExpression('email')}))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX index_users_on_usher_email');
    await runner.query('DROP INDEX index_users_on_cognito_sub');
  }
}
