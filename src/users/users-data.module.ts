import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditEntry } from './audit-entry.entity.js';
import { AuditLog } from './audit-log.js';
import { ConfirmationEntity, ConfirmationRevocation } from './confirmation.entities.js';
import { DuplicateAddresses } from './duplicate-addresses.js';
import { Invitation } from './invitation.entity.js';
import { MigrationStatusRepository } from './migration-status.js';
import { RolesService } from './roles.service.js';
import { User } from './user.entity.js';
import { UserEvents } from './user-events.js';
import { UserLinkService } from './user-link.service.js';
import { UserLinksRepository } from './user-links.repository.js';
import { UserRepair } from './user-repair.js';
import { UserStatusService } from './user-status.service.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

const providers = [
  AuditLog,
  DuplicateAddresses,
  MigrationStatusRepository,
  RolesService,
  UserEvents,
  UserLinkService,
  UserLinksRepository,
  UserRepair,
  UserStatusService,
  UsersRepository,
  UsersService,
];

const entities = [AuditEntry, ConfirmationEntity, ConfirmationRevocation, Invitation, User];

/** The part of `UsersModule` that commands use. Needs the database only. */
@Module({ imports: [TypeOrmModule.forFeature(entities)], providers, exports: providers })
export class UsersDataModule {}
