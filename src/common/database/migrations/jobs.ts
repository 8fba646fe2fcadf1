import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables of waiting work. */
const queues = ['outbox', 'erasures', 'mfa_changes', 'password_changes'] as const;
const withoutError = queues.filter((table) => table !== 'outbox');

/** The last error of waiting work, and the lease of an attempt in progress. The earlier release ignores both columns. */
export class JobErrors1764000000026 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`SET LOCAL lock_timeout = '3s'`);
    for (const table of queues)
      await runner.query(`ALTER TABLE usher.${table} ADD COLUMN leased_until timestamptz`);
    for (const table of withoutError)
      await runner.query(`ALTER TABLE usher.${table} ADD COLUMN last_error text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of queues) await runner.query(`ALTER TABLE usher.${table} DROP COLUMN leased_until`);
    for (const table of withoutError) await runner.query(`ALTER TABLE usher.${table} DROP COLUMN last_error`);
  }
}
