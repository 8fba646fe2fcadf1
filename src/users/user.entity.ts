import type { UserId } from '#contracts';
import { Column, Entity, PrimaryGeneratedColumn, UpdateDateColumn, VirtualColumn } from 'typeorm';

/**
 * A row of the `users` table. The table may belong to a Rails application: columns without a prefix are those of Devise. Where an
 * adopted table lacks one, the start leaves it out, or takes our own column for it (`adaptToUsersTable`). PostgreSQL sets all times; the session's zone is UTC.
 */
@Entity('users', { synchronize: false })
export class User {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  readonly id!: UserId;

  @Column('varchar')
  email!: string;

  /** Empty for users without a password. */
  @Column('varchar', { name: 'encrypted_password', select: false })
  passwordHash!: string;

  /** When a password set through Usher replaced the legacy one. */
  @Column('timestamptz', { name: 'usher_hash_erased_at', nullable: true, select: false })
  hashErasedAt!: Date | null;

  @Column('varchar', { name: 'reset_password_token', nullable: true, select: false })
  resetPasswordToken!: string | null;

  @Column('varchar', { name: 'confirmation_token', nullable: true, select: false })
  confirmationToken!: string | null;

  @Column('varchar', { name: 'authentication_hash', nullable: true, select: false })
  authenticationHash!: string | null;

  @Column('varchar', { name: 'unlock_token', nullable: true, select: false })
  unlockToken!: string | null;

  /** Absent in tables without Devise's lockable. */
  @Column('timestamp', { name: 'locked_at', nullable: true })
  lockedAt?: Date | null;

  @Column('int4', { name: 'failed_attempts', select: false })
  failedAttempts!: number;

  @Column('int4', { name: 'sign_in_count', select: false })
  signInCount!: number;

  @Column('timestamp', { name: 'current_sign_in_at', nullable: true, select: false })
  currentSignInAt!: Date | null;

  @Column('timestamp', { name: 'last_sign_in_at', nullable: true, select: false })
  lastSignInAt!: Date | null;

  @Column('inet', { name: 'current_sign_in_ip', nullable: true, select: false })
  currentSignInAddress!: string | null;

  @Column('inet', { name: 'last_sign_in_ip', nullable: true, select: false })
  lastSignInAddress!: string | null;

  @Column('varchar', { name: 'first_name', nullable: true })
  firstName!: string | null;

  @Column('varchar', { name: 'last_name', nullable: true })
  lastName!: string | null;

  @Column('varchar', { name: 'unconfirmed_email', nullable: true })
  unconfirmedEmail!: string | null;

  @Column('timestamp', { name: 'confirmed_at', nullable: true })
  confirmedAt!: Date | null;

  /** Absent in an adopted table without the column. */
  @Column('timestamp', { name: 'created_at' })
  createdAt?: Date;

  @UpdateDateColumn({ type: 'timestamp', name: 'updated_at', select: false })
  updatedAt!: Date;

  /** Cognito's `sub`, if the row is linked. Can be replaced, so it is not a key. */
  @Column('text', { name: 'cognito_sub', nullable: true })
  sub!: string | null;

  @Column('text', { name: 'usher_roles', array: true })
  roles!: string[];

  @Column('jsonb', { name: 'usher_profile' })
  profile!: Record<string, unknown>;

  /** When an administrator disabled the user. */
  @Column('timestamptz', { name: 'usher_disabled_at', nullable: true })
  disabledAt!: Date | null;

  @Column('timestamptz', { name: 'usher_erased_at', nullable: true, select: false })
  erasedAt!: Date | null;

  /** Blocked by the old application (`LEGACY_BLOCKED_WHEN`). */
  @VirtualColumn('boolean', { query: (row) => `usher.is_blocked(${row}.*)` })
  readonly blocked!: boolean;

  /** Disabled by an administrator or blocked by the old application. */
  @VirtualColumn('boolean', {
    query: (row) => `${row}.usher_disabled_at IS NOT NULL OR usher.is_blocked(${row}.*)`,
  })
  readonly disabled!: boolean;

  /** The end of a lock of a read-only source. */
  @Column('timestamptz', { name: 'usher_legacy_locked_until', nullable: true })
  legacyLockedUntil!: Date | null;

  /** The id in the old application. */
  @VirtualColumn('text', {
    query: (row) =>
      `CASE WHEN (SELECT adopted_users_table FROM usher.installation) THEN ${row}.id::text ELSE ${row}.usher_legacy_id END`,
  })
  readonly legacyId!: string | null;

  /** The state of a deletion. */
  @VirtualColumn('text', {
    query: (row) => `CASE WHEN ${row}.usher_erased_at IS NULL THEN NULL
      WHEN EXISTS (SELECT 1 FROM usher.erasures WHERE user_id = ${row}.id) THEN 'pending' ELSE 'done' END`,
  })
  readonly erasure!: 'pending' | 'done' | null;

  get confirmed(): boolean {
    return this.confirmedAt !== null;
  }
}
