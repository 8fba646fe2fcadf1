import {
  Administration1764000000010,
  AdministrationIndexes1764000000011,
  AuditRequests1764000000024,
  JobErrors1764000000026,
} from './administration.js';
import { AcmeChallenges1764000000015, Certificates1764000000016 } from './certificates.js';
import {
  AccountFailures1764000000003,
  RateLimits1764000000005,
  PasswordChanges1764000000019,
  SecondFactor1764000000022,
  PasswordRestores1764000000025,
  TriggerRequests1764000000041,
} from './credentials.js';
import {
  Outbox1764000000006,
  Confirmations1764000000007,
  ConfirmationRevocations1764000000018,
  RefusedRecipients1764000000020,
} from './mail-and-confirmations.js';
import { UntrustedProxies1764000000038 } from './edge.js';
import { ImportDrift1764000000056, UserImports1764000000054 } from './imports.js';
import {
  MigrationLedger1764000000012,
  MigrationCounts1764000000013,
  PoolListings1764000000014,
  AgreementIndex1764000000021,
  Invitations1764000000052,
} from './migration-progress.js';
import {
  Sessions1764000000004,
  UnrevokedSessions1764000000008,
  SignOuts1764000000009,
  EndedFamilies1764000000023,
} from './sessions.js';
import {
  UsersTable1764000000001,
  UsersIndexes1764000000002,
  BlockedRows1764000000017,
  LegacyCopies1764000000032,
  LegacyCopyIndexes1764000000033,
  LegacySource1764000000031,
} from './users-table.js';

/** In execution order. A file holds all migrations of its tables; released migrations never change. */
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
  SecondFactor1764000000022,
  EndedFamilies1764000000023,
  AuditRequests1764000000024,
  PasswordRestores1764000000025,
  JobErrors1764000000026,
  LegacySource1764000000031,
  LegacyCopies1764000000032,
  LegacyCopyIndexes1764000000033,
  UntrustedProxies1764000000038,
  TriggerRequests1764000000041,
  Invitations1764000000052,
  UserImports1764000000054,
  ImportDrift1764000000056,
];
