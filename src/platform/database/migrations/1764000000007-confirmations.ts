import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What waits for a click in a mailbox. Only a digest of the mailed token is kept, and never in Devise's columns. No foreign
 * key: it would keep the old application from deleting users, and a row whose user is gone confirms nothing.
 */
export class Confirmations1764000000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE usher.confirmations (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        token_digest bytea NOT NULL UNIQUE,
        user_id bigint NOT NULL,
        purpose text NOT NULL CHECK (purpose IN ('sign-up', 'email-change')),
        email text NOT NULL,
        password_hash text,
        first_name text,
        last_name text,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        applying_until timestamptz
      );
      CREATE INDEX confirmations_by_user ON usher.confirmations (user_id);
      CREATE INDEX confirmations_by_expiry ON usher.confirmations (expires_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE usher.confirmations');
  }
}
