import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CognitoModule } from '../cognito/cognito.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccessTokenGuard } from './access-token.guard.js';
import { AccessTokenStrategy } from './access-token.strategy.js';
import { ChallengeSessions } from './challenge-sessions.js';
import { CognitoPasswordStrategy } from './cognito-password.strategy.js';
import { AuthController } from './http/auth.controller.js';
import { SignInService } from './sign-in.service.js';

@Module({
  imports: [CognitoModule, SessionsModule, UsersModule],
  controllers: [AuthController],
  providers: [
    AccessTokenStrategy,
    ChallengeSessions,
    CognitoPasswordStrategy,
    SignInService,
    { provide: APP_GUARD, useClass: AccessTokenGuard },
  ],
})
export class AuthModule {}
