import type { SessionMode, UserId } from '#contracts';
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import type { Language } from '../../i18n/languages.js';

/** Values of `ended_reason`. */
export const revocationReasons = [
  'signed out',
  'ended by its owner',
  'ended by an administrator',
  'password changed',
  'signed out everywhere',
  'expired',
  'user disabled',
  'second factor changed',
  'reuse',
  'ended at Cognito',
  'too many sessions',
  'replaced',
] as const;
export type RevocationReason = (typeof revocationReasons)[number];

/** A session that began at Usher, or the revocation of one that began at another client. */
@Entity('sessions', { schema: 'usher' })
@Unique('sessions_origin_jti_key', ['originJti'])
@Unique('sessions_cookie_digest_key', ['cookieDigest'])
@Index('sessions_by_end', ['endedAt'])
@Index('sessions_live_by_age', ['createdAt'], { where: 'ended_at IS NULL' })
@Index('sessions_live_by_owner', ['sub'], { where: 'ended_at IS NULL' })
@Index('sessions_unrevoked', ['endedAt'], { where: 'ended_at IS NOT NULL AND revoked_at IS NULL' })
export class SessionEntity {
  @PrimaryColumn('uuid')
  id!: string;

  /** `id` of the user row that signed in. */
  @Column('bigint', { name: 'user_id', nullable: true })
  userId!: UserId | null;

  @Column('text')
  sub!: string;

  @Column('text', { name: 'client_id' })
  clientId!: string;

  @Column('text')
  mode!: SessionMode;

  @Column('text', { name: 'origin_jti' })
  originJti!: string;

  @Column('bytea', { name: 'cookie_digest', nullable: true })
  cookieDigest!: Buffer | null;

  /** Sealed; null after they were revoked at Cognito. */
  @Column('text', { nullable: true })
  tokens!: string | null;

  @Column('timestamptz', { name: 'access_expires_at' })
  accessExpiresAt!: Date;

  /** Incremented by each refresh. */
  @Column('int4', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'renewal_lease_until', nullable: true })
  renewalLeaseUntil!: Date | null;

  /** User agent. */
  @Column('text', { nullable: true })
  device!: string | null;

  @Column('inet', { nullable: true })
  address!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'last_used_at', default: () => 'now()' })
  lastUsedAt!: Date;

  /** Revocation or expiry here. */
  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;

  @Column('text', { name: 'ended_reason', nullable: true })
  endedReason!: RevocationReason | null;

  /** Revocation at Cognito. */
  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;

  /** Never revoked at Cognito, because its tokens cannot be unsealed or Cognito refuses them. */
  @Column('boolean', { default: false })
  unrevocable!: boolean;

  /** Start of the sign-in. */
  @Column('timestamptz', { name: 'began_at', nullable: true })
  beganAt!: Date | null;

  @Column('text', { nullable: true })
  language!: Language | null;

  /** Time of the first refresh that Cognito has not answered. */
  @Column('timestamptz', { name: 'unanswered_at', nullable: true })
  unansweredAt!: Date | null;
}

/** A refresh token of a session, or one that it has replaced. */
@Entity('session_refresh_tokens', { schema: 'usher' })
@Index('session_refresh_tokens_by_session', ['session'])
export class SessionRefreshToken {
  @PrimaryColumn('bytea')
  digest!: Buffer;

  @ManyToOne(() => SessionEntity, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'session_id', foreignKeyConstraintName: 'session_refresh_tokens_session_id_fkey' })
  session!: SessionEntity;

  @Column('timestamptz', { name: 'replaced_at', nullable: true })
  replacedAt!: Date | null;
}

/** A user's last sign-out everywhere or new password. */
@Entity('sign_outs', { schema: 'usher' })
@Index('sign_outs_by_time', ['signedOutAt'])
@Index('sign_outs_by_update', ['updatedAt'])
export class SignOutEntity {
  @PrimaryColumn('text')
  sub!: string;

  @Column('timestamptz', { name: 'signed_out_at' })
  signedOutAt!: Date;

  /** Access tokens with an `auth_time` up to this one are refused (seconds since 1970, by Cognito's clock). */
  @Column('bigint', {
    name: 'refused_through',
    default: () => '((EXTRACT(epoch FROM now()))::bigint - 1)',
  })
  refusedThrough!: number;

  /** Token families that are not refused. */
  @Column('text', { array: true, default: [] })
  kept!: string[];

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}

/** A revoked token family whose session row was deleted. */
@Entity('ended_families', { schema: 'usher' })
@Index('ended_families_by_end', ['endedAt'])
export class EndedFamily {
  @PrimaryColumn('text', { name: 'origin_jti' })
  originJti!: string;

  @Column('timestamptz', { name: 'ended_at' })
  endedAt!: Date;
}
