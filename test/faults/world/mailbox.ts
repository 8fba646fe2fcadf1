import type { UserPoolServer } from '../../../apps/user-pool/src/server.js';
import type { CaughtMail } from '../../../apps/local-stack/src/mail-catcher/mailbox.js';
import {
  type MailCatcher,
  startMailCatcher,
} from '../../../apps/local-stack/src/mail-catcher/mail-catcher.js';
import { en } from '../../../src/mail/texts/en.js';
import { tokenIn } from '../../support/drivers/mails.js';

export const subjectOf = (mail: keyof typeof en.mails): string => en.mails[mail].subject;

/** Usher's mails, caught by a server that can be stopped, and the pool's codes. */
export class Mailbox {
  private catcher: MailCatcher | undefined;
  private readonly earlier: CaughtMail[] = [];
  private port = 0;
  pool: Pick<UserPoolServer, 'deliveries'> | undefined;

  async open(): Promise<string> {
    this.catcher = await startMailCatcher({ smtpPort: this.port });
    this.port = Number(new URL(this.catcher.smtpUrl).port);
    return this.catcher.smtpUrl;
  }

  async close(): Promise<void> {
    await this.catcher?.close();
    // After closing, because the catcher accepts mails until then.
    this.earlier.push(...(this.catcher?.messages() ?? []).reverse());
    this.catcher = undefined;
  }

  /** Oldest first. */
  mailsTo(email: string): CaughtMail[] {
    const mails = [...this.earlier, ...(this.catcher?.messages() ?? []).reverse()];
    return mails.filter(({ to }) => to.includes(email));
  }

  linkTo(email: string): string | undefined {
    const mail = this.mailsTo(email).findLast(({ text }) => text.includes('token='));
    return mail && tokenIn(mail.text);
  }

  /** Reset codes, oldest first. */
  codesTo(email: string): string[] {
    const sent = this.pool?.deliveries.list() ?? [];
    return sent
      .filter(({ destination, purpose }) => destination === email && purpose === 'reset')
      .map(({ code = '' }) => code)
      .reverse();
  }
}
