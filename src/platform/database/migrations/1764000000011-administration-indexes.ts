import type { MigrationInterface, QueryRunner } from 'typeorm';
import { emailExpression } from '../email-expression.js';
import { buildIndex } from './build-index.js';

/** For finding erased addresses, and for paging through people by address: the C collation makes beginnings a range. */
export class AdministrationIndexes1764000000011 implements MigrationInterface {
  /** CREATE INDEX CONCURRENTLY refuses to run inside a transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    const erased = '(usher_erased_email) WHERE usher_erased_email IS NOT NULL';
    await buildIndex(runner, 'index_users_on_usher_erased_email', 'INDEX', erased);
    const pages = `((${emailExpression('email')} COLLATE "C"), id)`;
    await buildIndex(runner, 'index_users_on_usher_email_pages', 'INDEX', pages);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX index_users_on_usher_email_pages');
    await runner.query('DROP INDEX index_users_on_usher_erased_email');
  }
}
