import type { MigrationInterface, QueryRunner } from 'typeorm';
import { countChanges } from '../migration-counts.sql.js';

/**
 * What became of each legacy user, in the row itself: whatever changes the row and the ledger does so in one statement.
 * Only what cannot be seen from other columns is kept; `migration-counts.sql.ts` derives the rest.
 *
 * How many people are where is counted by triggers (docs/adr/0009-counts-kept-by-triggers.md). `usher.migration_counts`
 * only grows by differences, so that no two transactions wait for each other; now and then its rows are added up.
 */
export class MigrationLedger1764000000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      SET LOCAL lock_timeout = '3s';
      ALTER TABLE users
        ADD COLUMN cognito_user_pool_id text,
        ADD COLUMN usher_migration_state text,
        ADD COLUMN usher_migration_reason text,
        ADD COLUMN usher_migration_at timestamptz;
      CREATE TABLE usher.migration_counts (
        state text NOT NULL, reason text, format text, month date, never_signed_in boolean, day date, people bigint NOT NULL
      );
    `);
    for (const statement of [countChanges(), ...triggers]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER usher_migration_inserted ON users;
      DROP TRIGGER usher_migration_updated ON users;
      DROP TRIGGER usher_migration_deleted ON users;
      DROP TRIGGER usher_migration_truncated ON users;
      DROP FUNCTION usher.count_migration;
      DROP TABLE usher.migration_counts;
      ALTER TABLE users DROP COLUMN cognito_user_pool_id, DROP COLUMN usher_migration_state,
        DROP COLUMN usher_migration_reason, DROP COLUMN usher_migration_at;
    `);
  }
}

const run = 'FOR EACH STATEMENT EXECUTE FUNCTION usher.count_migration()';

const triggers = [
  `CREATE TRIGGER usher_migration_inserted AFTER INSERT ON users REFERENCING NEW TABLE AS come ${run}`,
  `CREATE TRIGGER usher_migration_updated AFTER UPDATE ON users REFERENCING OLD TABLE AS gone NEW TABLE AS come ${run}`,
  `CREATE TRIGGER usher_migration_deleted AFTER DELETE ON users REFERENCING OLD TABLE AS gone ${run}`,
  `CREATE TRIGGER usher_migration_truncated AFTER TRUNCATE ON users ${run}`,
];
