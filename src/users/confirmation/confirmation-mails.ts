import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import type { Mail, MailName } from '../../platform/mail/mail.js';
import { Outbox } from '../../platform/mail/outbox.js';
import type { Language } from '../../platform/texts/languages.js';
import { ConfirmationsRepository, type NewConfirmation } from '../persistence/confirmations.repository.js';

const hour = 3600;

/** The mails' texts name these (seconds). */
const lifetimes = { 'sign-up': 72 * hour, 'email-change': 24 * hour };

type SignUpLink = Omit<NewConfirmation, 'token' | 'cancelToken' | 'lifetime' | 'purpose'>;

const newToken = (): string => randomBytes(32).toString('base64url');

/** Mails around addresses. Their links prove who reads a mailbox: single use, for a time, and only a digest is kept. */
@Injectable()
export class ConfirmationMails {
  constructor(
    private readonly confirmations: ConfirmationsRepository,
    private readonly outbox: Outbox,
    private readonly config: Config,
  ) {}

  /** To be called in a transaction: a link nobody can use must not be mailed. */
  async sendSignUpLink(signUp: SignUpLink, language: Language): Promise<void> {
    const token = newToken();
    const lifetime = lifetimes['sign-up'];
    await this.confirmations.insert({ ...signUp, purpose: 'sign-up', token, lifetime });
    const values = { link: this.linkWith('token', token) };
    await this.outbox.post({ to: signUp.email, mail: 'confirmation', language, values });
  }

  /** The links of a change of address: one confirms it, the other one cancels it. In a transaction, as above. */
  async insertEmailChange(userId: number, email: string): Promise<{ confirm: string; cancel: string }> {
    const [token, cancelToken] = [newToken(), newToken()];
    const lifetime = lifetimes['email-change'];
    await this.confirmations.insert({ userId, email, purpose: 'email-change', token, cancelToken, lifetime });
    return { confirm: this.linkWith('token', token), cancel: this.linkWith('cancel', cancelToken) };
  }

  async send<Name extends MailName>(mail: Mail<Name>): Promise<void> {
    await this.outbox.post(mail);
  }

  private linkWith(name: 'token' | 'cancel', token: string): string {
    const link = new URL(this.config.confirmationPageUrl);
    link.searchParams.set(name, token);
    return link.href;
  }
}
