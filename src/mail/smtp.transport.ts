import { types } from 'node:util';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import { parseConnectionUrl } from 'nodemailer/lib/shared';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { toMailbox } from '#contracts';
import { type HttpConfig, httpConfig } from '../common/config/http.config.js';
import { type PagesConfig, pagesConfig } from '../common/config/pages.config.js';
import { type MailConfig, mailConfig } from '../common/config/servers.config.js';
import type { Mail } from './mail.js';
import { type MailSettings, renderMail } from './render-mail.js';

/** Milliseconds. Their sum is below the lease of a mail in the outbox. */
const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };

/** The address is not a single mailbox, or the server does not support it. */
class UnmailableAddress extends Error {}

/** Sends mails to the server of `SMTP_URL`. */
@Injectable()
export class SmtpTransport implements OnApplicationShutdown {
  private readonly transport: Transporter | undefined;
  private readonly from: string;
  private readonly settings: MailSettings;
  private hasFailed = false;
  private readonly connection: { url: string } & typeof timeouts;

  constructor(
    @Inject(mailConfig.KEY) { smtp }: MailConfig,
    @Inject(httpConfig.KEY) { appName, publicUrl }: HttpConfig,
    @Inject(pagesConfig.KEY) { enabled }: PagesConfig,
  ) {
    this.from = smtp?.from ?? '';
    this.settings = { appName, pagesUrl: enabled ? publicUrl : undefined };
    this.connection = { url: smtp?.url ?? '', ...timeouts };
    this.transport = smtp && createTransport({ pool: true, maxConnections: 4, ...this.connection });
  }

  get isConfigured(): boolean {
    return this.transport !== undefined;
  }

  /** Whether the server processed the last mail. A refusal of the recipient or the contents counts as processed. */
  get isWorking(): boolean {
    return !this.hasFailed;
  }

  /**
   * @param id the same for every attempt, so that duplicates can be recognized
   * @throws UnmailableAddress, and errors of the mail server and of the connection to it
   */
  async send(mail: Mail, id: string): Promise<void> {
    const mailbox = toMailbox(mail.to);
    if (mailbox === undefined) throw new UnmailableAddress('not an address');
    try {
      await this.requireSmtpUtf8(mailbox);
      await this.submit({ ...mail, to: mailbox }, id);
      this.hasFailed = false;
    } catch (error) {
      this.hasFailed = !isMailRefusal(error);
      throw error;
    }
  }

  /** RFC 6531 section 3.1: without the extension, such an address must not be sent; some servers map it to another one. */
  private async requireSmtpUtf8(mailbox: string): Promise<void> {
    if (/^[\x20-\x7e]*$/.test(mailbox) || (await offersSmtpUtf8(this.connection))) return;
    throw new UnmailableAddress('the mail server does not offer SMTPUTF8');
  }

  private async submit(mail: Mail, id: string): Promise<void> {
    const domain = /@([^\s>@]+)>?$/.exec(this.from)?.[1] ?? 'localhost';
    await this.transport?.sendMail({
      ...renderMail(mail, this.settings),
      from: this.from,
      // Nodemailer parses a string as a list, which could add recipients.
      to: { name: '', address: mail.to },
      messageId: `<${id}@${domain}>`,
      // Prevents automatic replies (RFC 3834).
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  onApplicationShutdown(): void {
    this.transport?.close();
  }
}

/** Whether the server supports non-ASCII addresses (RFC 6531). Nodemailer sends them without a check. */
function offersSmtpUtf8({ url, ...options }: { url: string } & object): Promise<boolean> {
  const connection = new SMTPConnection({ ...options, ...parseConnectionUrl(url) });
  return new Promise<boolean>((resolve, reject) => {
    // Not removed: without a listener, an error after the reply would end the process.
    connection.on('error', reject);
    // Called after the reply to EHLO, and after STARTTLS if the server offers it.
    connection.connect(() => {
      resolve(/[ -]SMTPUTF8\b/i.test(connection.lastServerResponse || ''));
      connection.quit();
    });
  });
}

/**
 * Connects to the server and logs in, without sending a mail.
 * @returns why it failed: a code, because the server's text can hold names; `undefined` if it did not
 */
export async function verifyServer(url: string, timeoutMs: number): Promise<string | undefined> {
  const limits = { connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs };
  const transport = createTransport({ url, ...limits });
  try {
    await transport.verify();
    return undefined;
  } catch (error) {
    const { code = 'unknown error', responseCode } = smtpError(error);
    return responseCode === undefined ? code : `${code}, ${responseCode}`;
  } finally {
    transport.close();
  }
}

interface SmtpError extends Error {
  code?: string;
  responseCode?: number;
  /** The server's text. It can hold the address. */
  response?: string;
  /** The refused SMTP command; `API` for a check before the first command. */
  command?: string;
}

const smtpError = (error: unknown): Partial<SmtpError> => (types.isNativeError(error) ? error : {});

/** The server works, but refused the recipient or the contents. */
const isMailRefusal = (error: unknown): boolean =>
  error instanceof UnmailableAddress || ['EENVELOPE', 'EMESSAGE'].includes(smtpError(error).code ?? '');

/** Whether a retry is useless: the server refused the recipient or the contents permanently. */
export function isPermanent(error: unknown): boolean {
  const { code, responseCode = 0 } = smtpError(error);
  if (isUnmailable(error)) return true;
  return responseCode >= 500 && (code === 'EMESSAGE' || isRcptRefusal(error));
}

/**
 * Whether the recipient's address is the reason, which an operator cannot repair. Many servers refuse a client only at RCPT TO, so
 * codes about the client do not count (RFC 3463: X.3 system, X.7 policy).
 */
export function isRecipientRefusal(error: unknown): boolean {
  if (isUnmailable(error)) return true;
  const { responseCode = 0, response = '' } = smtpError(error);
  const subject = /^\d{3}[ -][245]\.(\d{1,3})\.\d{1,3}\b/.exec(response)?.[1];
  if (!isRcptRefusal(error) || [530, 535, 538].includes(responseCode)) return false;
  // A temporary refusal without a reason is a busy server, or greylisting.
  return responseCode >= 500 ? !['3', '7'].includes(subject ?? '') : ['1', '2'].includes(subject ?? '');
}

function isUnmailable(error: unknown): boolean {
  const { code, command } = smtpError(error);
  return error instanceof UnmailableAddress || (code === 'EENVELOPE' && command === 'API');
}

function isRcptRefusal(error: unknown): boolean {
  const { code, command } = smtpError(error);
  return code === 'EENVELOPE' && command === 'RCPT TO';
}

/** The reason without the server's text, which can name the address. */
export function reasonOf(error: unknown): string {
  if (error instanceof UnmailableAddress) return error.message;
  if (!types.isNativeError(error)) return 'unknown';
  const { code, responseCode } = error as SmtpError;
  return [code ?? error.name, responseCode].filter((part) => part !== undefined).join(' ');
}
