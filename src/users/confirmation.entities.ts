import type { UserId } from '#contracts';
import { Check, Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** A mailed link that confirms a sign-up or a change of the e-mail address. */
@Entity('confirmations', { schema: 'usher' })
@Check('confirmations_purpose_check', `purpose IN ('sign-up', 'email-change')`)
@Unique('confirmations_token_digest_key', ['tokenDigest'])
@Unique('confirmations_cancel_digest_key', ['cancelDigest'])
@Index('confirmations_by_expiry', ['expiresAt'])
@Index('confirmations_by_user', ['userId'])
@Index('confirmations_to_roll_back', { synchronize: false })
@Index('confirmations_with_sign_up_data', { synchronize: false })
export class ConfirmationEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  readonly id!: number;

  @Column('bytea', { name: 'token_digest' })
  tokenDigest!: Buffer;

  @Column('bigint', { name: 'user_id' })
  userId!: UserId;

  @Column('text')
  purpose!: 'sign-up' | 'email-change';

  /** Normalised address that the link proves. */
  @Column('text')
  email!: string;

  @Column('text', { name: 'password_hash', nullable: true })
  passwordHash!: string | null;

  @Column('text', { name: 'first_name', nullable: true })
  firstName!: string | null;

  @Column('text', { name: 'last_name', nullable: true })
  lastName!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt!: Date | null;

  /** Lease of the process that sends the new address to Cognito; once expired, Cognito may have the address. */
  @Column('timestamptz', { name: 'applying_until', nullable: true })
  applyingUntil!: Date | null;

  @Column('bytea', { name: 'cancel_digest', nullable: true })
  cancelDigest!: Buffer | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;

  @Column('int2', { name: 'wrong_passwords', default: 0 })
  wrongPasswords!: number;

  @Column('int2', { name: 'password_tag', nullable: true })
  passwordTag!: number | null;
}

/** Counts the revocations of a user's pending confirmations. */
@Entity('confirmation_revocations', { schema: 'usher' })
export class ConfirmationRevocation {
  @PrimaryColumn('bigint', { name: 'user_id' })
  userId!: UserId;

  @Column('bigint')
  generation!: number;
}
