import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module.js';
import { AwsAuthController } from './http/aws-auth.controller.js';
import { LegacyCredentialsService } from './legacy-credentials.service.js';

@Module({
  imports: [UsersModule],
  controllers: [AwsAuthController],
  providers: [LegacyCredentialsService],
})
export class MigrationModule {}
