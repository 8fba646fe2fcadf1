import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module.js';
import { AwsAuthController } from './http/aws-auth.controller.js';
import { ProgressController } from './http/progress.controller.js';
import { LegacyCredentialsService } from './legacy-credentials.service.js';
import { MigrationMonitoring } from './migration-monitoring.js';
import { MigrationProgress } from './migration-progress.js';
import { MigrationCounts } from './persistence/migration-counts.repository.js';
import { CountKeeping } from './progress/count-keeping.js';

@Module({
  imports: [UsersModule],
  controllers: [AwsAuthController, ProgressController],
  providers: [
    CountKeeping,
    LegacyCredentialsService,
    MigrationCounts,
    MigrationMonitoring,
    MigrationProgress,
  ],
})
export class MigrationModule {}
