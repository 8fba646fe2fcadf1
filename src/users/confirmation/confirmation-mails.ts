import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import type { Mail, MailName } from '../../platform/mail/mail.js';
import { Outbox } from '../../platform/mail/outbox.js';
import type { Language } from '../../platform/texts/languages.js';
import {
  type ConfirmationPurpose,
  ConfirmationsRepository,
  type NewConfirmation,
} from '../persistence/confirmations.repository.js';

const hour = 3600;

/** What each kind of link is mailed with. The mails' texts name the lifetimes (seconds). */
const kinds = {
  'sign-up': { mail: 'confirmation', lifetime: 72 * hour },
  'email-change': { mail: 'email_change_confirm', lifetime: 24 * hour },
} as const satisfies Record<ConfirmationPurpose, unknown>;

/** Mails around addresses. Their links prove who reads a mailbox: single use, for a time, and only a digest is kept. */
@Injectable()
export class ConfirmationMails {
  constructor(
    private readonly confirmations: ConfirmationsRepository,
    private readonly outbox: Outbox,
    private readonly config: Config,
  ) {}

  /** To be called in a transaction: a link nobody can use must not be mailed. */
  async sendLink(
    confirmation: Omit<NewConfirmation, 'token' | 'lifetime'>,
    language: Language,
  ): Promise<void> {
    const token = randomBytes(32).toString('base64url');
    const { mail, lifetime } = kinds[confirmation.purpose];
    await this.confirmations.insert({ ...confirmation, token, lifetime });
    await this.outbox.post({ to: confirmation.email, mail, language, values: { link: this.linkOf(token) } });
  }

  async send<Name extends MailName>(mail: Mail<Name>): Promise<void> {
    await this.outbox.post(mail);
  }

  private linkOf(token: string): string {
    const link = new URL(this.config.confirmationPageUrl);
    link.searchParams.set('token', token);
    return link.href;
  }
}
