import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Mails on their way. Address and contents are sealed, because a mail can carry a link that is as good as a password. A
 * mail that was sent leaves no row.
 */
export class Outbox1764000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE usher.outbox (
        id uuid PRIMARY KEY,
        mail text NOT NULL,
        sealed text NOT NULL,
        posted_at timestamptz NOT NULL DEFAULT now(),
        next_try_at timestamptz NOT NULL DEFAULT now(),
        tries integer NOT NULL DEFAULT 0,
        last_error text,
        given_up_at timestamptz
      );
      CREATE INDEX outbox_by_next_try ON usher.outbox (next_try_at) WHERE given_up_at IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE usher.outbox');
  }
}
