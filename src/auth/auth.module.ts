import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CognitoModule } from '../cognito/cognito.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccessTokenGuard } from './access-token.guard.js';
import { AccessTokenStrategy } from './access-token.strategy.js';
import { AccountOfChallenge } from './account-of-challenge.js';
import { AdmissionService } from './admission.service.js';
import { AuthorizationGuard } from './authorization.guard.js';
import { ChallengePasswordHandler } from './challenge-password.handler.js';
import { ChallengeSessions } from './challenge-sessions.js';
import { ChallengesService } from './challenges.service.js';
import { CognitoPasswordStrategy } from './cognito-password.strategy.js';
import { AuthController } from './http/auth.controller.js';
import { MfaController } from './http/mfa.controller.js';
import { OldPasswordsService } from './old-passwords.service.js';
import { PasswordSignIn } from './password-sign-in.js';
import { SignInMonitoring } from './sign-in-monitoring.js';
import { SignInService } from './sign-in.service.js';
import { TotpService } from './totp.service.js';

@Module({
  imports: [CognitoModule, SessionsModule, UsersModule],
  controllers: [AuthController, MfaController],
  providers: [
    AccessTokenStrategy,
    AccountOfChallenge,
    AdmissionService,
    ChallengePasswordHandler,
    ChallengeSessions,
    ChallengesService,
    CognitoPasswordStrategy,
    OldPasswordsService,
    PasswordSignIn,
    SignInMonitoring,
    SignInService,
    TotpService,
    // In this order: who calls, then what the caller may do.
    { provide: APP_GUARD, useClass: AccessTokenGuard },
    { provide: APP_GUARD, useClass: AuthorizationGuard },
  ],
})
export class AuthModule {}
