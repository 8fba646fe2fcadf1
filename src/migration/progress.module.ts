import { Module } from '@nestjs/common';
import { UsersDataModule } from '../users/users-data.module.js';
import { MigrationProgress } from './migration-progress.js';
import { MigrationCounts } from './persistence/migration-counts.repository.js';

/** The part of `MigrationModule` that commands use. Needs the database only. */
@Module({
  imports: [UsersDataModule],
  providers: [MigrationCounts, MigrationProgress],
  exports: [MigrationCounts, MigrationProgress],
})
export class ProgressModule {}
