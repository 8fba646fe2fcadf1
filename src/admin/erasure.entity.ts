import type { UserId } from '#contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A deletion of a user that is not finished. */
@Entity('erasures', { schema: 'usher' })
export class Erasure {
  @PrimaryColumn('bigint', { name: 'user_id' })
  userId!: UserId;

  @Column('timestamptz', { name: 'requested_at', default: () => 'now()' })
  requestedAt!: Date;

  @Column('timestamptz', { name: 'next_try_at', default: () => 'now()' })
  nextTryAt!: Date;

  @Column('int4', { default: 0 })
  tries!: number;

  /** Names and codes, without personal data. */
  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;

  /** End of the lease of an attempt in progress; `null` after a failure. */
  @Column('timestamptz', { name: 'leased_until', nullable: true })
  leasedUntil!: Date | null;
}
