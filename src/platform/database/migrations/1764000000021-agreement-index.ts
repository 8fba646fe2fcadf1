import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex } from './build-index.js';

/** For finding the rows that agreed with an address which they have no longer. */
export class AgreementIndex1764000000021 implements MigrationInterface {
  /** CREATE INDEX CONCURRENTLY refuses to run inside a transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    const definition = '(usher_agreed_email) WHERE usher_agreed_email IS NOT NULL';
    await buildIndex(runner, 'index_users_on_usher_agreed_email', 'INDEX', definition);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX index_users_on_usher_agreed_email');
  }
}
