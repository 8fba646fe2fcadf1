import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A network whose `X-Forwarded-For` is not trusted. */
@Entity('untrusted_proxies', { schema: 'usher' })
export class UntrustedProxy {
  @PrimaryColumn('cidr')
  network!: string;

  @Column('timestamptz', { name: 'seen_at' })
  seenAt!: Date;
}
