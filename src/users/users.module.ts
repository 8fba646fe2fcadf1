import { Module } from '@nestjs/common';
import { CognitoModule } from '../cognito/cognito.module.js';
import { AccountFailures } from './legacy/account-failures.js';
import { DecoyHashes } from './legacy/decoy-hashes.js';
import { ConfirmationMails } from './confirmation/confirmation-mails.js';
import { EmailChanges } from './confirmation/email-changes.js';
import { ConfirmationService } from './confirmation.service.js';
import { EmailChangeService } from './email-change.service.js';
import { SignUpController } from './http/sign-up.controller.js';
import { UsersController } from './http/users.controller.js';
import { LegacyPasswords } from './legacy-passwords.js';
import { PasswordChecks } from './password-checks.js';
import { AccountFailuresRepository } from './persistence/account-failures.repository.js';
import { ConfirmationsRepository } from './persistence/confirmations.repository.js';
import { HashSamples } from './persistence/hash-samples.js';
import { UsersRepository } from './persistence/users.repository.js';
import { PasswordRules } from './password-rules.js';
import { PendingSignUps } from './pending-sign-ups.js';
import { ProfileService } from './profile.service.js';
import { SignInTracking } from './sign-in-tracking.js';
import { SignUpService } from './sign-up.service.js';
import { UserLinkingService } from './user-linking.service.js';
import { UsersService } from './users.service.js';

@Module({
  imports: [CognitoModule],
  controllers: [SignUpController, UsersController],
  providers: [
    AccountFailures,
    AccountFailuresRepository,
    ConfirmationMails,
    ConfirmationService,
    ConfirmationsRepository,
    DecoyHashes,
    EmailChangeService,
    EmailChanges,
    HashSamples,
    LegacyPasswords,
    PasswordChecks,
    PasswordRules,
    PendingSignUps,
    ProfileService,
    SignInTracking,
    SignUpService,
    UserLinkingService,
    UsersRepository,
    UsersService,
  ],
  exports: [
    LegacyPasswords,
    PendingSignUps,
    ProfileService,
    SignInTracking,
    UserLinkingService,
    UsersService,
  ],
})
export class UsersModule {}
