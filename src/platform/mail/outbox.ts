import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Seal } from '../crypto/seal.js';
import { Database } from '../database/database.js';
import type { Mail, MailName } from './mail.js';
import * as sql from './outbox.sql.js';

/** A mail that this process has taken on to send. */
export interface TakenMail {
  id: string;
  name: MailName;
  /** Undefined when it was sealed with a secret that was dropped. */
  mail: Mail | undefined;
  /** With this one. */
  tries: number;
  postedAt: Date;
}

/** Why a mail was not sent. */
export interface Failure {
  /** Neither address nor contents. */
  reason: string;
  /** It is the recipient's address, and nothing that an operator could change. */
  recipientRefused: boolean;
}

/** How full the outbox is. */
export interface OutboxFigures {
  untried: number;
  tried: number;
  /** Because of the contents, of us, or after three days. */
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

/**
 * Mails that will be sent, whatever happens to the mail server or to this process. A mail posted inside a transaction goes
 * out with it or not at all.
 */
@Injectable()
export class Outbox {
  private wake: () => void = () => undefined;

  constructor(
    private readonly database: Database,
    private readonly seal: Seal,
  ) {}

  async post<Name extends MailName>(mail: Mail<Name>): Promise<void> {
    await this.database.query(sql.post, [randomUUID(), mail.mail, this.seal.close('outbox', mail)]);
    this.database.afterCommit(() => this.wake());
  }

  /** @param wake called whenever a mail waits that this process has posted */
  onPost(wake: () => void): void {
    this.wake = wake;
  }

  /** Mails that are due. Nobody else takes them for `seconds`. */
  async take(count: number, seconds: number): Promise<TakenMail[]> {
    const rows = await this.database.query<Row>(sql.take, [count, seconds]);
    return rows.map(({ sealed, ...row }) => ({
      ...row,
      mail: this.seal.open('outbox', sealed) as Mail | undefined,
    }));
  }

  async remove(id: string): Promise<void> {
    await this.database.query(sql.remove, [id]);
  }

  async putBack(id: string, { reason, recipientRefused }: Failure, seconds: number): Promise<void> {
    await this.database.query(sql.putBack, [id, reason, recipientRefused, seconds]);
  }

  async figures(): Promise<OutboxFigures> {
    const row = await this.database.queryOne<OutboxFigures & { [column: string]: unknown }>(sql.figures);
    if (row === undefined) throw new TypeError('an aggregate without a row');
    return row;
  }

  async giveUp(id: string, { reason, recipientRefused }: Failure): Promise<void> {
    await this.database.query(sql.giveUp, [id, reason, recipientRefused]);
  }
}
