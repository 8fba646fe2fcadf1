import type { MigrationInterface, QueryRunner } from 'typeorm';
import { requireUsersTable } from './schema-helpers.js';

/** Mails to be sent. Sealed, because the link in a mail can be equivalent to a password. Sent mails are deleted. */
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

/**
 * Pending confirmations. Holds a digest of the mailed token. No foreign key: it would prevent the legacy application from deleting
 * users.
 */
export class Confirmations1764000000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { idType } = await requireUsersTable(runner);
    await runner.query(`
      CREATE TABLE usher.confirmations (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        token_digest bytea NOT NULL UNIQUE,
        user_id ${idType} NOT NULL,
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

/**
 * E-mail changes can be cancelled and revoked, and wrong passwords are counted by link. Deletes changes that are older than the
 * last revocation of credentials, which the previous release kept.
 */
export class ConfirmationRevocations1764000000018 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { idType } = await requireUsersTable(runner);
    await runner.query(`
      SET LOCAL lock_timeout = '3s';
      ALTER TABLE usher.confirmations
        ADD COLUMN cancel_digest bytea UNIQUE,
        ADD COLUMN revoked_at timestamptz,
        ADD COLUMN wrong_passwords smallint NOT NULL DEFAULT 0,
        ADD COLUMN password_tag smallint;
      CREATE INDEX confirmations_to_roll_back ON usher.confirmations (applying_until)
        WHERE revoked_at IS NOT NULL AND applying_until IS NOT NULL;
      CREATE TABLE usher.confirmation_revocations (user_id ${idType} PRIMARY KEY, generation bigint NOT NULL);
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

/** Mails that fail because of their recipient are counted separately: an operator cannot repair them. */
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
