import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CognitoModule } from '../cognito/cognito.module.js';
import { UsersModule } from '../users/users.module.js';
import { DummyHash } from './dummy-hash.js';
import { FormatOutcomes } from './format-outcomes.js';
import { LegacyPasswordVerifier } from './legacy-password.verifier.js';
import { LoginThrottle } from './login-throttle.js';
import { PasswordHasher, PasswordHasherMonitoring } from './password-hasher.js';
import { PasswordPolicy } from './password-policy.js';
import { PasswordRestores } from './password-restores.js';
import {
  AccountFailures,
  FormatOutcome,
  PasswordRestore,
  TriggerRequest,
} from './persistence/credentials.entities.js';
import { TriggerRequests } from './trigger-requests.js';

/** Passwords: legacy hashes, the hasher and the policy. */
@Module({
  imports: [
    CognitoModule,
    UsersModule,
    TypeOrmModule.forFeature([AccountFailures, FormatOutcome, PasswordRestore, TriggerRequest]),
  ],
  providers: [
    DummyHash,
    FormatOutcomes,
    LegacyPasswordVerifier,
    LoginThrottle,
    PasswordHasher,
    PasswordHasherMonitoring,
    PasswordPolicy,
    PasswordRestores,
    TriggerRequests,
  ],
  exports: [
    DummyHash,
    LegacyPasswordVerifier,
    PasswordHasher,
    PasswordPolicy,
    PasswordRestores,
    TriggerRequests,
  ],
})
export class CredentialsModule {}
