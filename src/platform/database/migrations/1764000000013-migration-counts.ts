import type { MigrationInterface, QueryRunner } from 'typeorm';
import { countEverybody } from '../migration-counts.sql.js';
import { findUsersTableName } from './users-table-name.js';

/**
 * Counts everybody once. The triggers of the migration before are there already, in a transaction of their own: whoever
 * changes a row from now on is counted by them, so this holds up nobody.
 */
export class MigrationCounts1764000000013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(countEverybody(await findUsersTableName(runner)));
    await runner.query('SELECT usher.recount_migration()');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION usher.recount_migration');
    await runner.query('DELETE FROM usher.migration_counts');
  }
}
