import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CognitoModule } from '../cognito/cognito.module.js';
import { UsersModule } from '../users/users.module.js';
import { DummyHash } from './dummy-hash.js';
import { LegacyPasswordVerifier } from './legacy-password.verifier.js';
import { LoginThrottle } from './login-throttle.js';
import { PasswordHasher, PasswordHasherMonitoring } from './password-hasher.js';
import { PasswordPolicy } from './password-policy.js';
import { PasswordRestores } from './password-restores.js';
import { AccountFailures, PasswordRestore } from './persistence/credentials.entities.js';

/** Passwords: legacy hashes, the hasher and the policy. */
@Module({
  imports: [CognitoModule, UsersModule, TypeOrmModule.forFeature([AccountFailures, PasswordRestore])],
  providers: [
    DummyHash,
    LegacyPasswordVerifier,
    LoginThrottle,
    PasswordHasher,
    PasswordHasherMonitoring,
    PasswordPolicy,
    PasswordRestores,
  ],
  exports: [DummyHash, LegacyPasswordVerifier, PasswordHasher, PasswordPolicy, PasswordRestores],
})
export class CredentialsModule {}
