import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { BackgroundWork } from '../background/background-work.js';
import { Clock } from '../clock/clock.js';
import { Log } from '../logging/log.js';
import { MailServer } from './mail-server.js';
import { Outbox, type TakenMail } from './outbox.js';
import { isAboutRecipient, isFinal, reasonOf } from './smtp-errors.js';

/** About ten seconds: PostgreSQL restarts and fails over in less. */
const writingTries = 20;
const betweenWritesMs = 500;

/** Milliseconds between looks for mails that other processes posted, or that are due again. */
const pollMs = 2000;

const atOnce = 4;

/** Seconds a process has for the mails it took: more than the mail server's time-outs together. */
const leaseSeconds = 120;

/** Seconds before the second try, doubled with every further one. */
const firstPause = 10;
const longestPause = 3600;

/** From this try on an operator should look. */
const worrying = 5;

const givenUpAfterMs = 3 * 24 * 3600 * 1000;

/** Sends what is in the outbox. Every process does; each mail is taken by one. */
@Injectable()
export class OutboxSender implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly work = new BackgroundWork(() => this.round(), pollMs);

  constructor(
    private readonly outbox: Outbox,
    private readonly server: MailServer,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.server.isConfigured) {
      this.log.warn('no SMTP_URL: mails are kept in the outbox and not sent');
      return;
    }
    this.outbox.onPost(() => this.work.wake());
    this.work.start();
  }

  /** Finishes the mails it has taken. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.work.stop();
  }

  private async round(): Promise<boolean> {
    try {
      const taken = await this.outbox.take(atOnce, leaseSeconds);
      await Promise.all(taken.map((mail) => this.deliver(mail)));
      return taken.length === atOnce;
    } catch (error) {
      this.log.warn('the outbox cannot be read', { error });
      return false;
    }
  }

  private async deliver(taken: TakenMail): Promise<void> {
    try {
      await this.persistently(await this.send(taken));
    } catch (error) {
      // The mail is due again when its time is up.
      const { id, name, tries } = taken;
      this.log.error('what became of a mail could not be written down', { id, mail: name, tries, error });
    }
  }

  /** What is to be written down of the mail now. */
  private async send(taken: TakenMail): Promise<() => Promise<void>> {
    const { id, mail } = taken;
    if (mail === undefined) return this.giveUp(taken, 'sealed with a secret that was dropped');
    try {
      await this.server.send(mail, id);
      return () => this.outbox.remove(id);
    } catch (error) {
      return this.afterFailure(taken, error);
    }
  }

  private afterFailure(taken: TakenMail, error: unknown): () => Promise<void> {
    const reason = reasonOf(error);
    const age = this.clock.now().getTime() - taken.postedAt.getTime();
    const isRefusal = isAboutRecipient(error);
    if (isFinal(error) || age > givenUpAfterMs)
      return isRefusal ? this.giveUpRecipient(taken, reason) : this.giveUp(taken, reason);
    const { id, name: mail, tries } = taken;
    const entry = { id, mail, tries, reason };
    if (tries >= worrying && !isRefusal)
      this.log.error('a mail cannot be sent', { alarm: 'mail.stuck', ...entry });
    else this.log.warn('a mail could not be sent yet', entry);
    return () => this.outbox.putBack(id, { reason, recipientRefused: isRefusal }, pauseAfter(tries));
  }

  private giveUp({ id, name: mail, tries }: TakenMail, reason: string): () => Promise<void> {
    this.log.error('a mail was given up', { alarm: 'mail.stuck', id, mail, tries, reason });
    return () => this.outbox.giveUp(id, { reason, recipientRefused: false });
  }

  /** Anybody can name a recipient that does not exist: no reason to wake an operator. */
  private giveUpRecipient({ id, name: mail, tries }: TakenMail, reason: string): () => Promise<void> {
    this.log.warn('a mail was given up: its recipient was refused', { id, mail, tries, reason });
    return () => this.outbox.giveUp(id, { reason, recipientRefused: true });
  }

  /** A mail that was sent and is not removed would be sent again: the database gets some time to come back. */
  private async persistently(write: () => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await write();
      } catch (error) {
        if (tries === writingTries) throw error;
        await this.clock.sleep(betweenWritesMs);
      }
    }
  }
}

/** Between half and all of the full pause, so that mails which failed together do not come back together. */
const pauseAfter = (tries: number): number =>
  Math.min(firstPause * 2 ** (tries - 1), longestPause) * (0.5 + Math.random() / 2);
