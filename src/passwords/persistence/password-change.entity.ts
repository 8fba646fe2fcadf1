import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Language } from '../../i18n/languages.js';
import { LeasedRow } from '../../jobs/leased-queue.js';

/** A password change that is sent to Cognito and not completed. */
@Entity('password_changes', { schema: 'usher' })
@Check('password_changes_kind_check', `kind IN ('reset', 'change')`)
@Index('password_changes_by_next_try', ['nextTryAt'])
export class PasswordChangeEntity extends LeasedRow {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  kind!: 'reset' | 'change';

  /** Cognito user name, or normalised address, that identifies the pool user. */
  @Column('text')
  username!: string;

  /** Address of the pool user; `username` if the pool user is unknown. */
  @Column('text')
  email!: string;

  @Column('text', { nullable: true })
  sub!: string | null;

  /** The caller's token family, which is not revoked. */
  @Column('text', { name: 'kept_family', nullable: true })
  keep!: string | null;

  /** `auth_time` of the caller's session (seconds since 1970). */
  @Column('bigint', { name: 'authenticated_at', nullable: true })
  authTime!: number | null;

  @Column('text')
  language!: Language;

  /** State of the pool user before the change; `null` if unknown. */
  @Column('text', { name: 'pool_status', nullable: true })
  poolStatus!: string | null;

  @Column('timestamptz', { name: 'pool_modified_at', nullable: true })
  poolModifiedAt!: Date | null;

  /** By PostgreSQL's clock, before the command was sent. */
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  readonly createdAt!: Date;

  /** When Cognito accepted the password; `null` if its response is unknown. */
  @Column('timestamptz', { name: 'accepted_at', nullable: true })
  acceptedAt!: Date | null;

  /** Completed in the database; sessions of other products may still have to be revoked at Cognito. */
  @Column('timestamptz', { name: 'completed_at', nullable: true })
  completedAt!: Date | null;

  @Column('timestamptz', { name: 'next_try_at' })
  nextTryAt!: Date;

  /** At a reset: also remove the second factors, if an administrator has allowed it. */
  @Column('boolean', { name: 'remove_mfa', default: false })
  removeMfa!: boolean;
}
