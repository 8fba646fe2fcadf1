import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { UsersModule } from '../users/users.module.js';
import { AwsAuthController } from './http/aws-auth.controller.js';
import { ProgressController } from './http/progress.controller.js';
import { LegacyCredentialsService } from './legacy-credentials.service.js';
import { MigrationMonitoring } from './migration-monitoring.js';
import { MigrationProgress } from './migration-progress.js';
import { MigrationCounts } from './persistence/migration-counts.repository.js';
import { CountsCompactionJob } from './progress/counts-compaction.job.js';
import { PoolListing } from './persistence/pool-listing.entity.js';

@Module({
  imports: [CredentialsModule, UsersModule, TypeOrmModule.forFeature([PoolListing])],
  controllers: [AwsAuthController, ProgressController],
  providers: [
    CountsCompactionJob,
    LegacyCredentialsService,
    MigrationCounts,
    MigrationMonitoring,
    MigrationProgress,
  ],
})
export class MigrationModule {}
