import { Module } from '@nestjs/common';
import { CognitoModule } from '../cognito/cognito.module.js';
import { CurrentUserService } from './current-user.service.js';
import { MfaChanges } from './mfa-changes.js';
import { MigrationStatus } from './migration-status.js';
import { MfaChangesRepository } from './mfa-changes.repository.js';
import { PoolUserGateway } from './pool-user.gateway.js';
import { PoolUsernames } from './pool-usernames.js';
import { ProfileService } from './profile.service.js';
import { SignInTracking } from './sign-in-tracking.js';
import { UserLinkingService } from './user-linking.service.js';
import { UsersController } from './users.controller.js';
import { UsersDataModule } from './users-data.module.js';
import { UsersService } from './users.service.js';

const services = [
  CurrentUserService,
  MfaChanges,
  MfaChangesRepository,
  MigrationStatus,
  PoolUserGateway,
  PoolUsernames,
  SignInTracking,
  UserLinkingService,
  UsersService,
];

/** The `users` table: linking, current user, profile, roles, migration status, audit log. */
@Module({
  imports: [CognitoModule, UsersDataModule],
  controllers: [UsersController],
  providers: [...services, ProfileService],
  exports: [...services, UsersDataModule],
})
export class UsersModule {}
