import { Module } from '@nestjs/common';
import { CognitoModule } from '../cognito/cognito.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { PasswordChangedHandler } from './completion/password-changed.handler.js';
import { PasswordChangeCompletionJob } from './completion/password-change-completion.job.js';
import { ForgotPasswordController } from './http/forgot-password.controller.js';
import { PasswordsController } from './http/passwords.controller.js';
import { PasswordChangeService } from './password-change.service.js';
import { PasswordChanges } from './password-changes.js';
import { PasswordResetService } from './password-reset.service.js';
import { PasswordChangesRepository } from './persistence/password-changes.repository.js';
import { ResetAccount } from './reset-account.js';
import { ResetCodes } from './reset-codes.js';
import { ResetCookie } from './reset-cookie.js';
import { ResetOwners } from './reset-owners.js';
import { ResetPreparation } from './reset-preparation.js';

@Module({
  imports: [CognitoModule, SessionsModule, UsersModule],
  controllers: [ForgotPasswordController, PasswordsController],
  providers: [
    PasswordChangedHandler,
    PasswordChangeService,
    PasswordChanges,
    PasswordChangesRepository,
    PasswordResetService,
    ResetAccount,
    ResetCodes,
    ResetCookie,
    ResetOwners,
    ResetPreparation,
    PasswordChangeCompletionJob,
  ],
})
export class PasswordsModule {}
