import { types } from 'node:util';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import { Config } from '../config/config.js';
import { compose } from './compose.js';
import type { Mail } from './mail.js';

/** Milliseconds. All of them together stay below the time a sender has for a mail. */
const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };

/** The mail server of `SMTP_URL`. */
@Injectable()
export class MailServer implements OnApplicationShutdown {
  private readonly transport: Transporter | undefined;
  private readonly from: string;
  private readonly service: string;
  private isAway = false;

  constructor({ mail, http }: Config) {
    this.from = mail?.from ?? '';
    this.service = http.publicUrl.host;
    this.transport =
      mail && createTransport({ url: mail.smtpUrl, pool: true, maxConnections: 4, ...timeouts });
  }

  get isConfigured(): boolean {
    return this.transport !== undefined;
  }

  /** Did it deal with the last mail, be it with a no to the recipient or the contents? */
  get isWorking(): boolean {
    return !this.isAway;
  }

  /** @param id the same at every try, so that a mail which did arrive can be told from a second one */
  async send(mail: Mail, id: string): Promise<void> {
    try {
      await this.hand(mail, id);
      this.isAway = false;
    } catch (error) {
      this.isAway = !isAboutTheMail(error);
      throw error;
    }
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

interface SmtpError extends Error {
  code?: string;
  responseCode?: number;
  /** Which of SMTP's commands was refused. */
  command?: string;
}

const isAboutTheMail = (error: unknown): boolean =>
  types.isNativeError(error) && ['EENVELOPE', 'EMESSAGE'].includes((error as SmtpError).code ?? '');

/** Will the server never take this mail? It refused the recipient or the contents, not us. */
export function isFinal(error: unknown): boolean {
  if (!types.isNativeError(error)) return false;
  const { code, responseCode, command } = error as SmtpError;
  return (
    ((code === 'EENVELOPE' && command === 'RCPT TO') || code === 'EMESSAGE') && (responseCode ?? 0) >= 500
  );
}

/** What happened, without the server's own text, which names the address. */
export function reasonOf(error: unknown): string {
  if (!types.isNativeError(error)) return 'unknown';
  const { code, responseCode } = error as SmtpError;
  return [code ?? error.name, responseCode].filter((part) => part !== undefined).join(' ');
}
