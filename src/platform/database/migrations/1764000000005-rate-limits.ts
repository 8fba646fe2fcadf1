import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Counts of tries, as rate-limiter-flexible's PostgreSQL store wants them. Keys hold digests, no address of any kind.
 * Unlogged: a crash of the database forgets the counts, and no sign-in waits for a write to disk.
 */
export class RateLimits1764000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE UNLOGGED TABLE usher.rate_limits (
        key varchar(255) PRIMARY KEY,
        points integer NOT NULL DEFAULT 0,
        expire bigint
      );
      CREATE INDEX rate_limits_by_expiry ON usher.rate_limits (expire);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE usher.rate_limits');
  }
}
