import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Pending changes of address can be cancelled and revoked, and wrong passwords are counted by link. Changes that were requested
 * before the last revocation of credentials are deleted: the release before this one kept them.
 */
export class ConfirmationRevocations1764000000018 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      SET LOCAL lock_timeout = '3s';
      ALTER TABLE usher.confirmations
        ADD COLUMN cancel_digest bytea UNIQUE,
        ADD COLUMN revoked_at timestamptz,
        ADD COLUMN wrong_passwords smallint NOT NULL DEFAULT 0,
        ADD COLUMN password_tag smallint;
      CREATE INDEX confirmations_to_roll_back ON usher.confirmations (applying_until)
        WHERE revoked_at IS NOT NULL AND applying_until IS NOT NULL;
      CREATE TABLE usher.confirmation_revocations (user_id bigint PRIMARY KEY, generation bigint NOT NULL);
      DELETE FROM usher.confirmations WHERE purpose = 'email-change' AND used_at IS NULL AND (
        EXISTS (SELECT 1 FROM usher.audit WHERE audit.user_id = confirmations.user_id AND at > created_at
          AND action IN ('reset-password', 'change-password', 'end-sessions', 'disable', 'enable'))
        OR EXISTS (SELECT 1 FROM users JOIN usher.sign_outs ON sign_outs.sub = cognito_sub
          WHERE users.id = confirmations.user_id AND signed_out_at >= date_trunc('second', confirmations.created_at)));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE usher.confirmation_revocations;
      DROP INDEX usher.confirmations_to_roll_back;
      ALTER TABLE usher.confirmations
        DROP COLUMN cancel_digest, DROP COLUMN revoked_at, DROP COLUMN wrong_passwords, DROP COLUMN password_tag;
    `);
  }
}
