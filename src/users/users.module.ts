import { Module } from '@nestjs/common';
import { CognitoModule } from '../cognito/cognito.module.js';
import { AdministrationService } from './administration.service.js';
import { Erasures } from './administration/erasures.js';
import { PoolUsers } from './administration/pool-users.js';
import { RecordChanges } from './administration/record-changes.js';
import { RowChanges } from './administration/row-changes.js';
import { AuditTrail } from './audit-trail.js';
import { AccountFailures } from './legacy/account-failures.js';
import { DecoyHashes } from './legacy/decoy-hashes.js';
import { ConfirmationMails } from './confirmation/confirmation-mails.js';
import { EmailChangeLinks } from './confirmation/email-change-links.js';
import { EmailChangeRollbackJob } from './confirmation/email-change-rollback.job.js';
import { EmailChangeLeases } from './confirmation/email-change-leases.js';
import { EmailChanges } from './confirmation/email-changes.js';
import { PoolAddresses } from './confirmation/pool-addresses.js';
import { SignUpLinks } from './confirmation/sign-up-links.js';
import { ConfirmationService } from './confirmation.service.js';
import { DuplicateAddresses } from './duplicate-addresses.js';
import { EmailChangeService } from './email-change.service.js';
import { AdminUsersController } from './http/admin-users.controller.js';
import { AuditController } from './http/audit.controller.js';
import { SignUpController } from './http/sign-up.controller.js';
import { UsersController } from './http/users.controller.js';
import { LegacyPasswords } from './legacy-passwords.js';
import { MigrationLedger } from './migration-ledger.js';
import { PasswordCheckMonitoring } from './password-check-monitoring.js';
import { PasswordChecks } from './password-checks.js';
import { AccountFailuresRepository } from './persistence/account-failures.repository.js';
import { AuditRepository } from './persistence/audit.repository.js';
import { ConfirmationsRepository } from './persistence/confirmations.repository.js';
import { EmailChangesRepository } from './persistence/email-changes.repository.js';
import { ErasuresRepository } from './persistence/erasures.repository.js';
import { HashSamples } from './persistence/hash-samples.js';
import { MigrationLedgerRepository } from './persistence/migration-ledger.repository.js';
import { UserRecordsRepository } from './persistence/user-records.repository.js';
import { UsersRepository } from './persistence/users.repository.js';
import { PasswordRules } from './password-rules.js';
import { PendingSignUps } from './pending-sign-ups.js';
import { ProfileChangeService } from './profile-change.service.js';
import { PoolUsernames } from './pool-usernames.js';
import { ProfileService } from './profile.service.js';
import { SignInTracking } from './sign-in-tracking.js';
import { SignUpService } from './sign-up.service.js';
import { UserEvents } from './user-events.js';
import { UserLinkingService } from './user-linking.service.js';
import { UserSearchService } from './user-search.service.js';
import { UsersService } from './users.service.js';

@Module({
  imports: [CognitoModule],
  controllers: [AdminUsersController, AuditController, SignUpController, UsersController],
  providers: [
    AccountFailures,
    AccountFailuresRepository,
    AdministrationService,
    AuditRepository,
    AuditTrail,
    ConfirmationMails,
    ConfirmationService,
    ConfirmationsRepository,
    DecoyHashes,
    DuplicateAddresses,
    EmailChangeLinks,
    EmailChangeRollbackJob,
    EmailChangeService,
    EmailChangeLeases,
    EmailChanges,
    EmailChangesRepository,
    Erasures,
    ErasuresRepository,
    HashSamples,
    LegacyPasswords,
    MigrationLedger,
    MigrationLedgerRepository,
    PasswordCheckMonitoring,
    PasswordChecks,
    PasswordRules,
    PendingSignUps,
    PoolAddresses,
    PoolUsernames,
    PoolUsers,
    ProfileChangeService,
    ProfileService,
    RecordChanges,
    RowChanges,
    SignInTracking,
    SignUpLinks,
    SignUpService,
    UserEvents,
    UserLinkingService,
    UserRecordsRepository,
    UserSearchService,
    UsersRepository,
    UsersService,
  ],
  exports: [
    AuditTrail,
    DuplicateAddresses,
    LegacyPasswords,
    MigrationLedger,
    PendingSignUps,
    PoolUsernames,
    ProfileService,
    SignInTracking,
    UserEvents,
    UserLinkingService,
    UsersService,
  ],
})
export class UsersModule {}
