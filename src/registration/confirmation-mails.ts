import type { UserId } from '#contracts';
import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type RegistrationConfig, registrationConfig } from '../common/config/registration.config.js';
import type { Mail, MailName } from '../mail/mail.js';
import { Outbox } from '../mail/outbox.js';
import type { Language } from '../i18n/languages.js';
import { ConfirmationsRepository, type NewConfirmation } from './persistence/confirmations.repository.js';

const hour = 3600;

/** Seconds. The texts of the mails state these lifetimes. */
const lifetimes = { 'sign-up': 72 * hour, 'email-change': 24 * hour };

type SignUpLink = Omit<NewConfirmation, 'token' | 'cancelToken' | 'lifetime' | 'purpose'>;

const newToken = (): string => randomBytes(32).toString('base64url');

/** Mails about addresses. A link proves the mailbox: it is single use, expires, and only its digest is stored. */
@Injectable()
export class ConfirmationMails {
  constructor(
    private readonly confirmations: ConfirmationsRepository,
    private readonly outbox: Outbox,
    @Inject(registrationConfig.KEY) private readonly config: RegistrationConfig,
  ) {}

  /** To be called in a transaction, so that no link without a confirmation is mailed. */
  async sendSignUpLink(signUp: SignUpLink, language: Language): Promise<void> {
    const token = newToken();
    const lifetime = lifetimes['sign-up'];
    await this.confirmations.insert({ ...signUp, purpose: 'sign-up', token, lifetime });
    const values = { link: this.linkWith('token', token) };
    await this.outbox.post({ to: signUp.email, mail: 'confirmation', language, values });
  }

  /** To be called in a transaction. @returns the links that confirm and cancel the e-mail change */
  async insertEmailChange(userId: UserId, email: string): Promise<{ confirm: string; cancel: string }> {
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
