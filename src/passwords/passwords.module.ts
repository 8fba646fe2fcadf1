import { Module } from '@nestjs/common';
import { CognitoModule } from '../cognito/cognito.module.js';
import { UsersModule } from '../users/users.module.js';
import { PasswordsController } from './http/passwords.controller.js';
import { PasswordResetService } from './password-reset.service.js';
import { ResetAccount } from './reset-account.js';
import { ResetCookie } from './reset-cookie.js';

@Module({
  imports: [CognitoModule, UsersModule],
  controllers: [PasswordsController],
  providers: [PasswordResetService, ResetAccount, ResetCookie],
})
export class PasswordsModule {}
