import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import { toMailbox } from '#contracts';
import { Config } from '../config/config.js';
import { compose } from './compose.js';
import type { Mail } from './mail.js';
import { isAboutTheMail, UnmailableAddress } from './smtp-errors.js';
import { offersSmtpUtf8 } from './smtp-utf8.js';

/** Milliseconds. All of them together stay below the time a sender has for a mail. */
const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };

/** The mail server of `SMTP_URL`. */
@Injectable()
export class MailServer implements OnApplicationShutdown {
  private readonly transport: Transporter | undefined;
  private readonly from: string;
  private readonly service: string;
  private isAway = false;
  private readonly connection: { url: string } & typeof timeouts;

  constructor({ mail, http }: Config) {
    this.from = mail?.from ?? '';
    this.service = http.publicUrl.host;
    this.connection = { url: mail?.smtpUrl ?? '', ...timeouts };
    this.transport = mail && createTransport({ pool: true, maxConnections: 4, ...this.connection });
  }

  get isConfigured(): boolean {
    return this.transport !== undefined;
  }

  /** Did it deal with the last mail, be it with a no to the recipient or the contents? */
  get isWorking(): boolean {
    return !this.isAway;
  }

  /**
   * @param id the same at every try, so that a mail which did arrive can be told from a second one
   * @throws UnmailableAddress, and what the mail server and the way to it cause
   */
  async send(mail: Mail, id: string): Promise<void> {
    const mailbox = toMailbox(mail.to);
    if (mailbox === undefined) throw new UnmailableAddress('not an address');
    try {
      await this.refuseWithoutUtf8(mailbox);
      await this.hand({ ...mail, to: mailbox }, id);
      this.isAway = false;
    } catch (error) {
      this.isAway = !isAboutTheMail(error);
      throw error;
    }
  }

  /** RFC 6531 section 3.1: without the extension such an address must not be sent, and some servers would take it for another. */
  private async refuseWithoutUtf8(mailbox: string): Promise<void> {
    if (/^[\x20-\x7e]*$/.test(mailbox) || (await offersSmtpUtf8(this.connection))) return;
    throw new UnmailableAddress('the mail server does not offer SMTPUTF8');
  }

  private async hand(mail: Mail, id: string): Promise<void> {
    const domain = /@([^\s>@]+)>?$/.exec(this.from)?.[1] ?? 'localhost';
    await this.transport?.sendMail({
      ...compose(mail, this.service),
      from: this.from,
      // As an object it is taken as one address: it can bring no further recipients or headers.
      to: { name: '', address: mail.to },
      messageId: `<${id}@${domain}>`,
      // RFC 3834: nobody's holiday notice should answer.
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  onApplicationShutdown(): void {
    this.transport?.close();
  }
}
