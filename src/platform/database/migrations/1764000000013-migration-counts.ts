import type { MigrationInterface, QueryRunner } from 'typeorm';
import { countEverybody, dateStyle } from '../migration-counts.sql.js';

/**
 * Counts everybody once. The triggers of the migration before are there already, in a transaction of their own: whoever
 * changes a row from now on is counted by them, so this holds up nobody.
 */
export class MigrationCounts1764000000013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`SET LOCAL ${dateStyle}`);
    await runner.query(countEverybody);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM usher.migration_counts');
  }
}
