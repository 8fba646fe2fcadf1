import { Module } from '@nestjs/common';
import { CognitoModule } from '../cognito/cognito.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { ForgotPasswordController } from './http/forgot-password.controller.js';
import { PasswordsController } from './http/passwords.controller.js';
import { PasswordAftermath } from './password-aftermath.js';
import { PasswordChangeService } from './password-change.service.js';
import { PasswordResetService } from './password-reset.service.js';
import { ResetAccount } from './reset-account.js';
import { ResetCodes } from './reset-codes.js';
import { ResetCookie } from './reset-cookie.js';
import { ResetPreparation } from './reset-preparation.js';

@Module({
  imports: [CognitoModule, SessionsModule, UsersModule],
  controllers: [ForgotPasswordController, PasswordsController],
  providers: [
    PasswordAftermath,
    PasswordChangeService,
    PasswordResetService,
    ResetAccount,
    ResetCodes,
    ResetCookie,
    ResetPreparation,
  ],
})
export class PasswordsModule {}
