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
