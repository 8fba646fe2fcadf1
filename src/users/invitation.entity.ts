import type { UserId } from '#contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A legacy user whom `usher migration invite` has mailed. Each user is invited once. */
@Entity('invitations', { schema: 'usher' })
export class Invitation {
  @PrimaryColumn('bigint', { name: 'user_id' })
  userId!: UserId;

  @Column('timestamptz', { name: 'invited_at', default: () => 'now()' })
  readonly invitedAt!: Date;
}
