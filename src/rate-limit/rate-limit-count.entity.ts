import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A count of rate-limiter-flexible. */
@Entity('rate_limits', { schema: 'usher' })
@Index('rate_limits_by_expiry', ['expire'])
export class RateLimitCount {
  /** Policy, scope and period, then a digest. */
  @PrimaryColumn('varchar', { length: 255 })
  key!: string;

  @Column('int4', { default: 0 })
  points!: number;

  /** Milliseconds since 1970. */
  @Column('bigint', { nullable: true })
  expire!: number | null;
}
