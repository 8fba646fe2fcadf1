import { Module } from '@nestjs/common';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { LegacyModule } from '../legacy/legacy.module.js';
import { UsersModule } from '../users/users.module.js';
import { AwsAuthController } from './http/aws-auth.controller.js';
import { ProgressController } from './http/progress.controller.js';
import { LegacyCredentialsService } from './legacy-credentials.service.js';
import { MigrationMonitoring } from './migration-monitoring.js';
import { CountsCompactionJob } from './progress/counts-compaction.job.js';
import { ProgressModule } from './progress.module.js';

@Module({
  imports: [CredentialsModule, LegacyModule, ProgressModule, UsersModule],
  controllers: [AwsAuthController, ProgressController],
  providers: [CountsCompactionJob, LegacyCredentialsService, MigrationMonitoring],
})
export class MigrationModule {}
