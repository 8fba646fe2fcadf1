import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CognitoModule } from '../cognito/cognito.module.js';
import { AccountLinkingService } from './account-linking.service.js';
import { CurrentUserService } from './current-user.service.js';
import { MfaChangeEntity, MfaRemoval } from './mfa-change.entity.js';
import { MfaChanges } from './mfa-changes.js';
import { MfaChangesRepository } from './mfa-changes.repository.js';
import { MigrationStatus } from './migration-status.js';
import { PoolUserGateway } from './pool-user.gateway.js';
import { PoolUsernames } from './pool-usernames.js';
import { ProfileService } from './profile.service.js';
import { SignInTracking } from './sign-in-tracking.js';
import { UsersController } from './users.controller.js';
import { UsersDataModule } from './users-data.module.js';

const services = [
  AccountLinkingService,
  CurrentUserService,
  MfaChanges,
  MfaChangesRepository,
  MigrationStatus,
  PoolUserGateway,
  PoolUsernames,
  SignInTracking,
];

/** The `users` table: linking, current user, profile, roles, migration status, audit log. */
@Module({
  imports: [CognitoModule, UsersDataModule, TypeOrmModule.forFeature([MfaChangeEntity, MfaRemoval])],
  controllers: [UsersController],
  providers: [...services, ProfileService],
  exports: [...services, ProfileService, UsersDataModule],
})
export class UsersModule {}
