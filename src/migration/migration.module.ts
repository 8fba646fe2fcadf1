import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CognitoModule } from '../cognito/cognito.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { LegacyModule } from '../legacy/legacy.module.js';
import { UsersModule } from '../users/users.module.js';
import { AwsAuthController } from './http/aws-auth.controller.js';
import { ProgressController } from './http/progress.controller.js';
import { ImportDriftJob } from './import-drift.job.js';
import { LegacyCredentialsService } from './legacy-credentials.service.js';
import { MigrationMonitoring } from './migration-monitoring.js';
import { ImportBlock } from './persistence/imports.entities.js';
import { CountsCompactionJob } from './progress/counts-compaction.job.js';
import { ProgressModule } from './progress.module.js';

@Module({
  imports: [
    ...[CognitoModule, CredentialsModule, LegacyModule, ProgressModule, UsersModule],
    TypeOrmModule.forFeature([ImportBlock]),
  ],
  controllers: [AwsAuthController, ProgressController],
  providers: [CountsCompactionJob, ImportDriftJob, LegacyCredentialsService, MigrationMonitoring],
})
export class MigrationModule {}
