import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CognitoModule } from '../cognito/cognito.module.js';
import { LegacyModule } from '../legacy/legacy.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { RegistrationModule } from '../registration/registration.module.js';
import { UsersModule } from '../users/users.module.js';
import { PasswordChangedHandler } from './completion/password-changed.handler.js';
import { PasswordChangeCompletionJob } from './completion/password-change-completion.job.js';
import { PasswordsController } from './http/passwords.controller.js';
import { PasswordChangeService } from './password-change.service.js';
import { ForgotPasswordService, PasswordResetService } from './password-reset.service.js';
import { PasswordChangesRepository } from './persistence/password-changes.repository.js';
import { ResetCookie, ResetRateLimitKey } from './reset-cookie.js';
import { PasswordChangeEntity } from './persistence/password-change.entity.js';

@Module({
  imports: [
    CognitoModule,
    CredentialsModule,
    LegacyModule,
    RegistrationModule,
    SessionsModule,
    UsersModule,
    TypeOrmModule.forFeature([PasswordChangeEntity]),
  ],
  controllers: [PasswordsController],
  providers: [
    ForgotPasswordService,
    PasswordChangedHandler,
    PasswordChangeService,
    PasswordChangesRepository,
    PasswordResetService,
    ResetRateLimitKey,
    ResetCookie,
    PasswordChangeCompletionJob,
  ],
  exports: [
    ForgotPasswordService,
    PasswordChangeService,
    PasswordResetService,
    ResetCookie,
    ResetRateLimitKey,
  ],
})
export class PasswordsModule {}
