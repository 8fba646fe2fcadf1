import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIsBlocked } from '../blocked-condition.js';

/**
 * Which rows of the old application may not sign in. `usher.is_blocked` is made anew at a start whose conditions differ from
 * `blocked_when`, where NULL stands for conditions that were never applied; statements that use it stay the same.
 *
 * `usher_agreed_email` is the digest of the address that a row agreed with or was linked by, because the old application can
 * change it since. A deleted row leaves its id, that digest and the time: the old password of a deleted account must not open
 * the next account with its address.
 */
export class BlockedRows1764000000017 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      SET LOCAL lock_timeout = '3s';
      ALTER TABLE usher.installation ADD COLUMN blocked_when text[];
      CREATE TABLE usher.deleted_agreements (user_id text NOT NULL, email_digest bytea NOT NULL, agreed_at timestamptz NOT NULL);
      CREATE INDEX deleted_agreements_by_email ON usher.deleted_agreements (email_digest);
      ALTER TABLE users ADD COLUMN usher_agreed_email bytea;
      ALTER TABLE usher.pool_listings ADD COLUMN spellings text[] NOT NULL DEFAULT '{}';
    `);
    await runner.query(buildIsBlocked([]));
    // Without statistics of its expression PostgreSQL would not use the index over the address.
    await runner.query('ANALYZE users');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION usher.is_blocked(users);
      DROP TABLE usher.deleted_agreements;
      ALTER TABLE users DROP COLUMN usher_agreed_email;
      ALTER TABLE usher.pool_listings DROP COLUMN spellings;
      ALTER TABLE usher.installation DROP COLUMN blocked_when;
    `);
  }
}
