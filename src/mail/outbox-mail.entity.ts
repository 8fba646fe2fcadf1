import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { MailName } from './mail.js';
import { LeasedRow } from '../jobs/leased-queue.js';

/** A mail that is not sent yet; sent mails are deleted. */
@Entity('outbox', { schema: 'usher' })
@Index('outbox_by_next_try', ['nextTryAt'], { where: 'given_up_at IS NULL' })
export class OutboxMail extends LeasedRow {
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

  @Column('timestamptz', { name: 'given_up_at', nullable: true })
  givenUpAt!: Date | null;

  @Column('boolean', { name: 'recipient_refused', default: false })
  recipientRefused!: boolean;
}
