import { UsersTable1764000000001 } from './1764000000001-users-table.js';
import { UsersIndexes1764000000002 } from './1764000000002-users-indexes.js';
import { AccountFailures1764000000003 } from './1764000000003-account-failures.js';
import { Sessions1764000000004 } from './1764000000004-sessions.js';
import { RateLimits1764000000005 } from './1764000000005-rate-limits.js';
import { Outbox1764000000006 } from './1764000000006-outbox.js';
import { Confirmations1764000000007 } from './1764000000007-confirmations.js';
import { UnrevokedSessions1764000000008 } from './1764000000008-unrevoked-sessions.js';
import { SignOuts1764000000009 } from './1764000000009-sign-outs.js';
import { Administration1764000000010 } from './1764000000010-administration.js';
import { AdministrationIndexes1764000000011 } from './1764000000011-administration-indexes.js';
import { MigrationLedger1764000000012 } from './1764000000012-migration-ledger.js';
import { MigrationCounts1764000000013 } from './1764000000013-migration-counts.js';
import { PoolListings1764000000014 } from './1764000000014-pool-listings.js';
import { AcmeChallenges1764000000015 } from './1764000000015-acme-challenges.js';
import { Certificates1764000000016 } from './1764000000016-certificates.js';
import { BlockedRows1764000000017 } from './1764000000017-blocked-rows.js';
import { ConfirmationRevocations1764000000018 } from './1764000000018-confirmation-revocations.js';
import { PasswordChanges1764000000019 } from './1764000000019-password-changes.js';
import { RefusedRecipients1764000000020 } from './1764000000020-refused-recipients.js';
import { AgreementIndex1764000000021 } from './1764000000021-agreement-index.js';

/** In the order they run. Never change one that was released; add another. */
export const migrations = [
  UsersTable1764000000001,
  UsersIndexes1764000000002,
  AccountFailures1764000000003,
  Sessions1764000000004,
  RateLimits1764000000005,
  Outbox1764000000006,
  Confirmations1764000000007,
  UnrevokedSessions1764000000008,
  SignOuts1764000000009,
  Administration1764000000010,
  AdministrationIndexes1764000000011,
  MigrationLedger1764000000012,
  MigrationCounts1764000000013,
  PoolListings1764000000014,
  AcmeChallenges1764000000015,
  Certificates1764000000016,
  BlockedRows1764000000017,
  ConfirmationRevocations1764000000018,
  PasswordChanges1764000000019,
  RefusedRecipients1764000000020,
  AgreementIndex1764000000021,
];
