import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CognitoModule } from '../cognito/cognito.module.js';
import { AuditEntry } from './audit-entry.entity.js';
import { AuditLog } from './audit-log.js';
import { ConfirmationEntity, ConfirmationRevocation } from './confirmation.entities.js';
import { CurrentUserService } from './current-user.service.js';
import { DuplicateAddresses } from './duplicate-addresses.js';
import { MfaChangeEntity, MfaRemoval } from './mfa-change.entity.js';
import { MfaChanges } from './mfa-changes.js';
import { MigrationStatus, MigrationStatusRepository } from './migration-status.js';
import { MfaChangesRepository } from './mfa-changes.repository.js';
import { UserLinksRepository } from './user-links.repository.js';
import { User } from './user.entity.js';
import { UsersRepository } from './users.repository.js';
import { PoolUserGateway } from './pool-user.gateway.js';
import { PoolUsernames } from './pool-usernames.js';
import { ProfileService } from './profile.service.js';
import { SignInTracking } from './sign-in-tracking.js';
import { UserEvents } from './user-events.js';
import { AccountLinkingService } from './account-linking.service.js';
import { UsersController } from './users.controller.js';
import { UsersService } from './users.service.js';

const entities = [AuditEntry, ConfirmationEntity, ConfirmationRevocation, MfaChangeEntity, MfaRemoval, User];

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
  UserLinksRepository,
  AccountLinkingService,
  UsersRepository,
  UsersService,
];

/** The `users` table: linking, current user, profile, roles, migration status, audit log. */
@Module({
  imports: [CognitoModule, TypeOrmModule.forFeature(entities)],
  controllers: [UsersController],
  providers: [...services, MigrationStatusRepository, ProfileService],
  exports: services,
})
export class UsersModule {}
