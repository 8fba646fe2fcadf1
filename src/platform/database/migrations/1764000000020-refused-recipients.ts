import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A mail that fails because of its recipient is nothing that an operator could change: it is counted apart. */
export class RefusedRecipients1764000000020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE usher.outbox ADD COLUMN recipient_refused boolean NOT NULL DEFAULT false',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE usher.outbox DROP COLUMN recipient_refused');
  }
}
