import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { MailName } from './mail.js';

/** A mail that is not sent yet; sent mails are deleted. */
@Entity('outbox', { schema: 'usher' })
@Index('outbox_by_next_try', ['nextTryAt'], { where: 'given_up_at IS NULL' })
export class OutboxMail {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text', { name: 'mail' })
  name!: MailName;

  /** Recipient and contents. */
  @Column('text')
  sealed!: string;

  @Column('timestamptz', { name: 'posted_at', default: () => 'now()' })
  readonly postedAt!: Date;

  @Column('timestamptz', { name: 'next_try_at', default: () => 'now()' })
  nextTryAt!: Date;

  @Column('int4', { default: 0 })
  tries!: number;

  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;

  /** End of the lease of an attempt in progress; `null` after a failure. */
  @Column('timestamptz', { name: 'leased_until', nullable: true })
  leasedUntil!: Date | null;

  @Column('timestamptz', { name: 'given_up_at', nullable: true })
  givenUpAt!: Date | null;

  @Column('boolean', { name: 'recipient_refused', default: false })
  recipientRefused!: boolean;
}
