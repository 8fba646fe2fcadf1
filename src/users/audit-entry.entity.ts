import type { UserId } from '#contracts';
import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** Details hold neither e-mail addresses nor names, because entries outlive the deletion of a user. */
@Entity('audit', { schema: 'usher' })
@Check('audit_actor_check', `actor IN ('user', 'operator', 'usher')`)
@Index('audit_by_user', ['userId', 'id'])
@Index('audit_by_actor', ['actorId'], { where: 'address IS NOT NULL' })
export class AuditEntry {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  readonly id!: number;

  @Column('timestamptz', { default: () => 'now()' })
  readonly at!: Date;

  @Column('text')
  actor!: 'user' | 'operator' | 'usher';

  @Column('bigint', { name: 'actor_id', nullable: true })
  actorId!: UserId | null;

  @Column('text')
  action!: string;

  @Column('bigint', { name: 'user_id' })
  userId!: UserId;

  @Column('jsonb', { default: {} })
  details!: Record<string, unknown>;

  /** ID of the HTTP request that caused the entry; `null` for jobs and commands. */
  @Column('text', { name: 'request_id', nullable: true })
  requestId!: string | null;

  /** The caller's IP address. */
  @Column('inet', { nullable: true })
  address!: string | null;
}
