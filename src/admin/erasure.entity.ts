import type { UserId } from '#contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { LeasedRow } from '../jobs/leased-queue.js';

/** A deletion of a user that is not finished. */
@Entity('erasures', { schema: 'usher' })
export class Erasure extends LeasedRow {
  @PrimaryColumn('bigint', { name: 'user_id' })
  userId!: UserId;

  @Column('timestamptz', { name: 'requested_at', default: () => 'now()' })
  requestedAt!: Date;

  @Column('timestamptz', { name: 'next_try_at', default: () => 'now()' })
  nextTryAt!: Date;
}
