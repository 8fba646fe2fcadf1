import { randomBytes } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Profiles, people who were erased, and who did what. The new columns are nullable or have a constant default. */
export class Administration1764000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      SET LOCAL lock_timeout = '3s';
      ALTER TABLE users
        ADD COLUMN usher_profile jsonb NOT NULL DEFAULT '{}',
        ADD COLUMN usher_erased_at timestamptz,
        ADD COLUMN usher_erased_email bytea;
      ALTER TABLE usher.installation ADD COLUMN erasure_key bytea;
      CREATE TABLE usher.erasures (
        user_id bigint PRIMARY KEY,
        requested_at timestamptz NOT NULL DEFAULT now(),
        next_try_at timestamptz NOT NULL DEFAULT now(),
        tries integer NOT NULL DEFAULT 0
      );
      CREATE TABLE usher.audit (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        actor text NOT NULL CHECK (actor IN ('user', 'operator', 'usher')),
        actor_id bigint,
        action text NOT NULL,
        user_id bigint NOT NULL,
        details jsonb NOT NULL DEFAULT '{}'
      );
      CREATE INDEX audit_by_user ON usher.audit (user_id, id);
    `);
    // Kept here, not derived from a secret: secrets change, and these digests stay.
    await runner.query('UPDATE usher.installation SET erasure_key = $1', [randomBytes(32)]);
    await runner.query('ALTER TABLE usher.installation ALTER COLUMN erasure_key SET NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE usher.audit;
      DROP TABLE usher.erasures;
      ALTER TABLE usher.installation DROP COLUMN erasure_key;
      ALTER TABLE users DROP COLUMN usher_profile, DROP COLUMN usher_erased_at, DROP COLUMN usher_erased_email;
    `);
  }
}
