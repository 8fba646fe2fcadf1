import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { APP_GUARD } from '@nestjs/core';
import { CognitoModule } from '../cognito/cognito.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { LegacyModule } from '../legacy/legacy.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccessTokenGuard } from './access-token.guard.js';
import { AccessTokenStrategy } from './access-token.strategy.js';
import { AuthorizationGuard } from './authorization.guard.js';
import { ChallengeRateLimitKey } from './challenge-rate-limit-key.js';
import { ChallengesService } from './challenges.service.js';
import { CognitoPasswordStrategy } from './cognito-password.strategy.js';
import { AuthController } from './http/auth.controller.js';
import { MfaController } from './http/mfa.controller.js';
import { LegacyPasswordRecovery } from './legacy-password-recovery.js';
import { PasswordProof } from './password-proof.js';
import { RecentProofsRepository } from './persistence/recent-proofs.repository.js';
import { RecentProofGuard } from './recent-proof.guard.js';
import { RecentProofService } from './recent-proof.service.js';
import { RefusalService } from './refusal.service.js';
import { SignInMonitoring } from './sign-in-monitoring.js';
import { SignInResult } from './sign-in-result.js';
import { SignInService } from './sign-in.service.js';
import { SilentTrigger } from './silent-trigger.js';
import { TotpService } from './totp.service.js';
import { RecentProof } from './persistence/recent-proof.entity.js';

@Module({
  imports: [
    CognitoModule,
    CredentialsModule,
    LegacyModule,
    SessionsModule,
    UsersModule,
    TypeOrmModule.forFeature([RecentProof]),
  ],
  controllers: [AuthController, MfaController],
  providers: [
    AccessTokenStrategy,
    ChallengeRateLimitKey,
    ChallengesService,
    CognitoPasswordStrategy,
    LegacyPasswordRecovery,
    PasswordProof,
    RecentProofService,
    RecentProofsRepository,
    RefusalService,
    SignInMonitoring,
    SignInResult,
    SignInService,
    SilentTrigger,
    TotpService,
    // Nest runs them in this order.
    { provide: APP_GUARD, useClass: AccessTokenGuard },
    { provide: APP_GUARD, useClass: AuthorizationGuard },
    { provide: APP_GUARD, useClass: RecentProofGuard },
  ],
  exports: [
    ChallengeRateLimitKey,
    ChallengesService,
    CognitoPasswordStrategy,
    RecentProofService,
    RefusalService,
    SignInResult,
    SignInService,
    TotpService,
  ],
})
export class AuthModule {}
