import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module.js';
import { AccountFailures } from './account-failures.js';
import { DecoyHashes } from './decoy-hashes.js';
import { AwsAuthController } from './http/aws-auth.controller.js';
import { LegacyCredentialsService } from './legacy-credentials.service.js';
import { AccountFailuresRepository } from './persistence/account-failures.repository.js';
import { HashSamples } from './persistence/hash-samples.js';

@Module({
  imports: [UsersModule],
  controllers: [AwsAuthController],
  providers: [AccountFailures, AccountFailuresRepository, DecoyHashes, HashSamples, LegacyCredentialsService],
})
export class MigrationModule {}
