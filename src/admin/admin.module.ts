import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CognitoModule } from '../cognito/cognito.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccountDeletionController } from './account-deletion.controller.js';
import { AccountDeletionService } from './account-deletion.service.js';
import { AdminUserQuery } from './admin-user.query.js';
import { AdminUsersController } from './admin-users.controller.js';
import { AdminUsersService } from './admin-users.service.js';
import { AuditController } from './audit.controller.js';
import { MfaRemovalService } from './mfa-removal.service.js';
import { UserDeletionJob } from './user-deletion.job.js';
import { Erasure } from './erasure.entity.js';

/** The routes of administrators, and the deletion of users. */
@Module({
  imports: [CognitoModule, SessionsModule, UsersModule, TypeOrmModule.forFeature([Erasure])],
  controllers: [AccountDeletionController, AdminUsersController, AuditController],
  providers: [AccountDeletionService, AdminUserQuery, AdminUsersService, MfaRemovalService, UserDeletionJob],
  exports: [AccountDeletionService],
})
export class AdminModule {}
