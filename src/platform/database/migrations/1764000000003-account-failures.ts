import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Failed password checks of `/aws/auth` by account, known or not. Holds digests, no address and no password. */
export class AccountFailures1764000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE usher.account_failures (
        account bytea PRIMARY KEY,
        failures integer NOT NULL,
        last_password bytea NOT NULL,
        last_failure_at timestamptz NOT NULL,
        locked_until timestamptz
      );
      CREATE INDEX account_failures_by_age ON usher.account_failures (last_failure_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE usher.account_failures');
  }
}
