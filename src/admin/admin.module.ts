import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CognitoModule } from '../cognito/cognito.module.js';
import { UsersModule } from '../users/users.module.js';
import { AdminUserQuery } from './admin-user.query.js';
import { AdminUsersController } from './admin-users.controller.js';
import { AdminUsersService } from './admin-users.service.js';
import { AuditController } from './audit.controller.js';
import { MfaRemovalService } from './mfa-removal.service.js';
import { UserDeletionJob } from './user-deletion.job.js';
import { Erasure } from './erasure.entity.js';

/** The routes of administrators, and the deletion of users. */
@Module({
  imports: [CognitoModule, UsersModule, TypeOrmModule.forFeature([Erasure])],
  controllers: [AdminUsersController, AuditController],
  providers: [AdminUserQuery, AdminUsersService, MfaRemovalService, UserDeletionJob],
})
export class AdminModule {}
