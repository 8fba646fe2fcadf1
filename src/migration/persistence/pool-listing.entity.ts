import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A pool user as one run of `usher migration reconcile` read it. */
@Entity('pool_listings', { schema: 'usher' })
@Index('pool_listings_by_email', { synchronize: false })
export class PoolListing {
  @PrimaryColumn('uuid')
  run!: string;

  @PrimaryColumn('text')
  sub!: string;

  @Column('text')
  username!: string;

  @Column('text', { nullable: true })
  email!: string | null;

  @Column('boolean', { name: 'email_verified' })
  emailVerified!: boolean;

  @Column('text')
  status!: string;

  @Column('boolean')
  enabled!: boolean;

  @Column('timestamptz', { name: 'listed_at', default: () => 'now()' })
  listedAt!: Date;

  /** All spellings of the address. */
  @Column('text', { array: true, default: [] })
  spellings!: string[];
}
