import { Module } from '@nestjs/common';
import { CognitoModule } from '../cognito/cognito.module.js';
import { AuditLog } from './audit-log.js';
import { CurrentUserService } from './current-user.service.js';
import { DuplicateAddresses } from './duplicate-addresses.js';
import { MfaChanges } from './mfa-changes.js';
import { MigrationStatus, MigrationStatusRepository } from './migration-status.js';
import { MfaChangesRepository } from './mfa-changes.repository.js';
import { UsersRepository } from './users.repository.js';
import { PoolUserGateway } from './pool-user.gateway.js';
import { PoolUsernames } from './pool-usernames.js';
import { ProfileService } from './profile.service.js';
import { SignInTracking } from './sign-in-tracking.js';
import { UserEvents } from './user-events.js';
import { UserLinkingService } from './user-linking.service.js';
import { UsersController } from './users.controller.js';
import { UsersService } from './users.service.js';

const services = [
  AuditLog,
  CurrentUserService,
  DuplicateAddresses,
  MfaChanges,
  MfaChangesRepository,
  MigrationStatus,
  PoolUserGateway,
  PoolUsernames,
  SignInTracking,
  UserEvents,
  UserLinkingService,
  UsersRepository,
  UsersService,
];

/** The `users` table: linking, current user, profile, roles, migration status, audit log. */
@Module({
  imports: [CognitoModule],
  controllers: [UsersController],
  providers: [...services, MigrationStatusRepository, ProfileService],
  exports: services,
})
export class UsersModule {}
