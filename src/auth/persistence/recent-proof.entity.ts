import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A recent proof of identity of a token family. */
@Entity('recent_proofs', { schema: 'usher' })
@Index('recent_proofs_by_update', ['updatedAt'])
export class RecentProof {
  @PrimaryColumn('text', { name: 'origin_jti' })
  originJti!: string;

  @Column('text')
  sub!: string;

  /** When the caller proved the password. */
  @Column('timestamptz', { name: 'proven_at', nullable: true })
  provenAt!: Date | null;

  /** When the caller began to set up an authenticator app. */
  @Column('timestamptz', { name: 'enrolled_at', nullable: true })
  enrolledAt!: Date | null;

  /** Sealed: a challenge whose code Cognito has sent. */
  @Column('text', { nullable: true })
  challenge!: string | null;

  @Column('timestamptz', { name: 'updated_at', default: () => 'clock_timestamp()' })
  updatedAt!: Date;
}
