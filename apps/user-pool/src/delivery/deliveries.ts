import { createTransport, type Transporter } from 'nodemailer';
import type { Clock } from '../clock.js';
import { isEmail } from '../users/schema.js';
import { ServiceError } from '../wire/errors.js';

export interface Message {
  poolId: string;
  username: string;
  purpose: 'sign-up' | 'reset' | 'verify-attribute' | 'mfa' | 'invitation' | 'welcome';
  medium: 'EMAIL' | 'SMS';
  destination: string;
  subject: string;
  /** HTML in a mail. */
  text: string;
  /** The code or temporary password in the text. */
  code?: string;
}

export type Delivery = Message & { at: string };

/** Older messages are deleted. */
const kept = 1000;

/**
 * All messages of the pool. Mails are sent over SMTP if a server is configured; text messages are never sent. Both can be
 * read by tests and developers, who need the codes.
 */
export class Deliveries {
  private readonly sent: Delivery[] = [];
  private readonly transport: Transporter | undefined;

  constructor(
    private readonly clock: Clock,
    smtpUrl: string | undefined,
    private readonly from = 'no-reply@verificationemail.com',
  ) {
    this.transport = smtpUrl === undefined ? undefined : createTransport(smtpUrl);
  }

  async send(message: Message): Promise<void> {
    if (message.medium === 'EMAIL') await this.mail(message);
    this.sent.push({ ...message, at: new Date(this.clock.now()).toISOString() });
    if (this.sent.length > kept) this.sent.shift();
  }

  /** Newest first. */
  list(): Delivery[] {
    return [...this.sent].reverse();
  }

  close(): void {
    this.transport?.close();
  }

  private async mail({ destination, subject, text }: Message): Promise<void> {
    if (!isEmail(destination)) throw failure();
    if (!this.transport) return;
    // An object is treated as one address, so it cannot add recipients or headers.
    const to = { name: '', address: destination };
    try {
      // Without a text part, as mails of Cognito.
      await this.transport.sendMail({ from: this.from, to, subject, html: text });
    } catch {
      throw failure();
    }
  }
}

const failure = () =>
  new ServiceError('CodeDeliveryFailureException', 'Unable to deliver the message to the given address.');
