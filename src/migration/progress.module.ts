import { Module } from '@nestjs/common';
import { UsersDataModule } from '../users/users-data.module.js';
import { MigrationProgress } from './migration-progress.js';
import { ImportDrift } from './persistence/import-drift.repository.js';
import { MigrationCounts } from './persistence/migration-counts.repository.js';

/** The part of `MigrationModule` that commands use. Needs the database only. */
@Module({
  imports: [UsersDataModule],
  providers: [ImportDrift, MigrationCounts, MigrationProgress],
  exports: [ImportDrift, MigrationCounts, MigrationProgress],
})
export class ProgressModule {}
