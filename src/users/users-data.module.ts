import { Module } from '@nestjs/common';
import { AuditLog } from './audit-log.js';
import { DuplicateAddresses } from './duplicate-addresses.js';
import { MigrationStatusRepository } from './migration-status.js';
import { RolesService } from './roles.service.js';
import { UserEvents } from './user-events.js';
import { UserLinkService } from './user-link.service.js';
import { UserRepair } from './user-repair.js';
import { UserStatusService } from './user-status.service.js';
import { UsersRepository } from './users.repository.js';

const providers = [
  AuditLog,
  DuplicateAddresses,
  MigrationStatusRepository,
  RolesService,
  UserEvents,
  UserLinkService,
  UserRepair,
  UserStatusService,
  UsersRepository,
];

/** The part of `UsersModule` that commands use. Needs the database only. */
@Module({ providers, exports: providers })
export class UsersDataModule {}
