import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import { SealedBox } from '../common/crypto/sealed-box.js';
import { Database, type Statement } from '../common/database/database.js';
import { LeasedQueue } from '../jobs/leased-queue.js';
import type { Mail, MailName } from './mail.js';
import { OutboxMail } from './outbox-mail.entity.js';

/** A mail that this process has leased. */
export interface TakenMail {
  id: string;
  name: MailName;
  /** Undefined if it was sealed with a secret that is no longer configured. */
  mail: Mail | undefined;
  /** Attempts, including the current one. */
  tries: number;
  postedAt: Date;
}

/** Why a mail was not sent. */
export interface Failure {
  /** Without the address and the contents. */
  reason: string;
  /** The recipient's address is the reason. */
  recipientRefused: boolean;
}

/** Numbers of mails by state. */
export interface OutboxFigures {
  untried: number;
  tried: number;
  /** Given up because of the contents, our server or configuration, or after three days. */
  givenUp: number;
  /** Given up because of the recipient. */
  refused: number;
  /** Age of the oldest mail that may still be sent and whose recipient was not refused; 0 without any. */
  oldestSeconds: number;
}

interface Row extends Omit<TakenMail, 'mail'> {
  [column: string]: unknown;
  sealed: string;
}

/** Mails that are given up wait for an operator. */
export const mailQueue = new LeasedQueue<Row>({
  table: 'outbox',
  key: 'id',
  columns: 'job.id, mail AS name, sealed, tries, posted_at AS "postedAt"',
  requestedAt: 'posted_at',
  givenUpAt: 'given_up_at',
  onRetry: 'given_up_at = NULL, recipient_refused = false',
});

/** Reads the whole table, which is small: sent mails are deleted. */
const figures: Statement = {
  name: 'outbox-figures',
  text: `
    SELECT count(*) FILTER (WHERE given_up_at IS NULL AND tries = 0) AS untried,
      count(*) FILTER (WHERE given_up_at IS NULL AND tries > 0) AS tried,
      count(*) FILTER (WHERE given_up_at IS NOT NULL AND NOT recipient_refused) AS "givenUp",
      count(*) FILTER (WHERE given_up_at IS NOT NULL AND recipient_refused) AS refused,
      coalesce(extract(epoch FROM now() - min(posted_at) FILTER (WHERE given_up_at IS NULL AND NOT recipient_refused)), 0)::float8 AS "oldestSeconds"
    FROM usher.outbox`,
};

/** Stores mails until they are sent. A mail that is posted inside a transaction is sent only after its commit. */
@Injectable()
export class Outbox {
  private wake: () => void = () => undefined;

  constructor(
    private readonly database: Database,
    private readonly sealedBox: SealedBox,
  ) {}

  async post<Name extends MailName>(mail: Mail<Name>): Promise<void> {
    const row = { id: randomUUID(), name: mail.mail, sealed: this.sealedBox.seal('outbox', mail) };
    await this.database.with(OutboxMail, (mails) => mails.insert(row));
    this.database.afterCommit(() => this.wake());
  }

  /** @param wake called after this process has posted a mail */
  onPost(wake: () => void): void {
    this.wake = wake;
  }

  /** Leases mails that are due, for `seconds`. */
  async take(count: number, seconds: number): Promise<TakenMail[]> {
    const rows = await mailQueue.take(this.database, count, { first: seconds, longest: seconds });
    return rows.map(({ sealed, ...row }) => ({
      ...row,
      mail: this.sealedBox.unseal('outbox', sealed) as Mail | undefined,
    }));
  }

  async remove(id: string): Promise<void> {
    await this.database.with(OutboxMail, (mails) => mails.delete({ id }));
  }

  async reschedule(id: string, { reason, recipientRefused }: Failure, seconds: number): Promise<void> {
    const nextTryAt = () => `now() + interval '1 second' * ${Number(seconds)}`;
    await this.update(id, { lastError: reason, recipientRefused, nextTryAt, leasedUntil: null });
  }

  async figures(): Promise<OutboxFigures> {
    const row = await this.database.queryOne<OutboxFigures & { [column: string]: unknown }>(figures);
    if (row === undefined) throw new TypeError('an aggregate query returned no row');
    return row;
  }

  async giveUp(id: string, { reason, recipientRefused }: Failure): Promise<void> {
    const givenUpAt = () => 'now()';
    await this.update(id, { lastError: reason, recipientRefused, givenUpAt, leasedUntil: null });
  }

  private async update(id: string, values: QueryDeepPartialEntity<OutboxMail>): Promise<void> {
    await this.database.with(OutboxMail, (mails) => mails.update({ id }, values));
  }
}

/** The unsent mails of one name. */
export interface OutboxLine {
  mail: string;
  waiting: number;
  /** Of `waiting`: with at least one attempt. */
  tried: number;
  /** Of `waiting`: no longer retried. */
  givenUp: number;
  /** Of `givenUp`: because of the recipient. */
  refused: number;
  oldest: Date;
  lastError: string | null;
}

/** Aggregates with filters. */
const status: Statement = {
  name: 'outbox-status',
  text: `
    SELECT mail, count(*)::int AS waiting, count(*) FILTER (WHERE tries > 0)::int AS tried,
      count(*) FILTER (WHERE given_up_at IS NOT NULL)::int AS "givenUp",
      count(*) FILTER (WHERE given_up_at IS NOT NULL AND recipient_refused)::int AS refused, min(posted_at) AS oldest,
      (array_agg(last_error ORDER BY posted_at DESC) FILTER (WHERE last_error IS NOT NULL))[1] AS "lastError"
    FROM usher.outbox GROUP BY mail ORDER BY mail`,
};

/** Operator commands for the outbox. */
@Injectable()
export class OutboxAdmin {
  constructor(private readonly database: Database) {}

  lines(): Promise<OutboxLine[]> {
    return this.database.query<OutboxLine & { [column: string]: unknown }>(status);
  }

  /** Makes all failed mails due immediately. Returns their number. */
  retry(): Promise<number> {
    return mailQueue.retry(this.database);
  }
}
