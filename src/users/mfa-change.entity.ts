import type { UserId } from '#contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Language } from '../i18n/languages.js';
import type { AuditedAction } from './audit-log.js';

export type MfaAction = Extract<
  AuditedAction,
  'enable-totp' | 'replace-totp' | 'disable-totp' | 'remove-mfa'
>;

/** A change of second factors at Cognito that is not completed. */
@Entity('mfa_changes', { schema: 'usher' })
@Index('mfa_changes_by_next_try', ['nextTryAt'])
export class MfaChangeEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  action!: MfaAction;

  /** `id` of the user whose factors change. */
  @Column('bigint', { name: 'user_id' })
  userId!: UserId;

  /** `id` of the user who changes them. */
  @Column('bigint', { name: 'actor_id' })
  actorId!: UserId;

  /** The caller's token family, which is not revoked. */
  @Column('text', { name: 'kept_family', nullable: true })
  keep!: string | null;

  /** `auth_time` of the caller's session (seconds since 1970). */
  @Column('bigint', { name: 'authenticated_at', nullable: true })
  authTime!: number | null;

  @Column('text')
  language!: Language;

  /** Details of the audit entry. */
  @Column('jsonb', { default: {} })
  details!: Record<string, unknown>;

  /** By PostgreSQL's clock, before the command was sent. */
  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  readonly createdAt!: Date;

  @Column('timestamptz', { name: 'next_try_at' })
  nextTryAt!: Date;

  /** Attempts by the job, including this one. */
  @Column('int4', { default: 0 })
  tries!: number;

  /** Names and codes, without personal data. */
  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;

  /** End of the lease of an attempt in progress; `null` after a failure. */
  @Column('timestamptz', { name: 'leased_until', nullable: true })
  leasedUntil!: Date | null;
}

/** An administrator's permission to remove the factors at the next reset. */
@Entity('mfa_removals', { schema: 'usher' })
export class MfaRemoval {
  @PrimaryColumn('bigint', { name: 'user_id' })
  userId!: UserId;

  @Column('bigint', { name: 'allowed_by' })
  allowedBy!: UserId;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
