import type { UserId } from '#contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Failed password checks of an address. */
@Entity('account_failures', { schema: 'usher' })
@Index('account_failures_by_age', ['lastFailureAt'])
export class AccountFailures {
  /** Digest of the canonical address. */
  @PrimaryColumn('bytea')
  account!: Buffer;

  @Column('int4')
  failures!: number;

  /** Keyed digest. */
  @Column('bytea', { name: 'last_password' })
  lastPassword!: Buffer;

  @Column('timestamptz', { name: 'last_failure_at' })
  lastFailureAt!: Date;

  @Column('timestamptz', { name: 'locked_until', nullable: true })
  lockedUntil!: Date | null;

  /** Keyed digest. */
  @Column('bytea', { name: 'password_while_locked', nullable: true })
  passwordWhileLocked!: Buffer | null;

  @Column('timestamptz', { name: 'failed_while_locked_at', nullable: true })
  failedWhileLockedAt!: Date | null;
}

/** Lease of a process that sets a legacy password at Cognito. */
@Entity('password_restores', { schema: 'usher' })
@Index('password_restores_by_email', ['email'])
export class PasswordRestore {
  @PrimaryColumn('uuid')
  id!: string;

  /** Canonical. */
  @Column('text')
  email!: string;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}

/** What `POST /aws/auth` was asked for in the last hour. */
@Entity('trigger_requests', { schema: 'usher' })
@Index('trigger_requests_by_age', ['askedAt'])
export class TriggerRequest {
  /** Of the sign-in; empty for requests of a Lambda that sends none. */
  @PrimaryColumn('text', { name: 'request_id' })
  requestId!: string;

  @Column('text')
  outcome!: 'asked' | 'token_refused' | 'silent';

  @Column('timestamptz', { name: 'asked_at' })
  askedAt!: Date;
}

/** Whether a legacy password of a user was right in the last 24 hours. */
@Entity('format_outcomes', { schema: 'usher' })
@Index('format_outcomes_by_age', ['checkedAt'])
export class FormatOutcome {
  @PrimaryColumn('bigint', { name: 'user_id' })
  userId!: UserId;

  /** The name of a scheme, such as `bcrypt_2a`. */
  @PrimaryColumn('text')
  format!: string;

  @Column('boolean', { name: 'was_right' })
  wasRight!: boolean;

  @Column('timestamptz', { name: 'checked_at' })
  checkedAt!: Date;
}
