import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { QueueWorker } from '../jobs/queue-worker.js';
import { Clock } from '../common/clock/clock.js';
import { Log } from '../common/logging/log.js';
import { isPermanent, isRecipientRefusal, reasonOf, SmtpTransport } from './smtp.transport.js';
import { Outbox, type TakenMail } from './outbox.js';

/** 20 attempts in 10 seconds: PostgreSQL restarts and fails over in less. */
const maxWriteAttempts = 20;
const writeRetryDelayMs = 500;

/** Milliseconds. Polling finds mails that other processes posted, and mails that are due again. */
const pollMs = 2000;

const batchSize = 4;

/** More than the sum of the SMTP timeouts. */
const leaseSeconds = 120;

/** Seconds. The back-off doubles with each attempt. */
const firstBackOff = 10;
const longestBackOff = 3600;

/** The attempt from which on failures raise an alarm. */
const alarmingTries = 5;

const givenUpAfterMs = 3 * 24 * 3600 * 1000;

/** Sends the mails of the outbox. Runs in every process; a lease gives each mail to one of them. */
@Injectable()
export class OutboxSender implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly worker: QueueWorker<TakenMail>;

  constructor(
    private readonly outbox: Outbox,
    private readonly server: SmtpTransport,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    const job = {
      pollMs,
      batchSize,
      take: (count: number) => this.outbox.take(count, leaseSeconds),
      takeFailed: 'failed to read the outbox',
      work: (taken: TakenMail) => this.deliver(taken),
      // The mail is due again when its lease expires.
      failure: ({ id, name: mail }: TakenMail) => ({
        message: 'failed to record mail delivery result',
        id,
        mail,
      }),
      errorFromAttempt: 1,
    };
    this.worker = new QueueWorker(job, log);
  }

  onApplicationBootstrap(): void {
    if (!this.server.isConfigured) {
      this.log.warn('SMTP_URL is not set; mails stay in the outbox');
      return;
    }
    this.outbox.onPost(() => this.worker.wake());
    this.worker.start();
  }

  /** Waits for the mails that this process has leased. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.worker.stop();
  }

  private async deliver(taken: TakenMail): Promise<void> {
    await this.writeWithRetry(await this.send(taken));
  }

  /** Returns the write that records the result. */
  private async send(taken: TakenMail): Promise<() => Promise<void>> {
    const { id, mail } = taken;
    if (mail === undefined) return this.giveUp(taken, 'sealed with a secret that SESSION_SECRETS lacks');
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
    const isRefusal = isRecipientRefusal(error);
    if (isPermanent(error) || age > givenUpAfterMs)
      return isRefusal ? this.giveUpRecipient(taken, reason) : this.giveUp(taken, reason);
    const { id, name: mail, tries } = taken;
    const entry = { id, mail, tries, reason };
    if (tries >= alarmingTries && !isRefusal)
      this.log.error('mail delivery keeps failing', { alarm: 'mail.stuck', ...entry });
    else this.log.warn('mail delivery failed; will retry', entry);
    return () => this.outbox.reschedule(id, { reason, recipientRefused: isRefusal }, backOffAfter(tries));
  }

  private giveUp({ id, name: mail, tries }: TakenMail, reason: string): () => Promise<void> {
    this.log.error('mail given up', { alarm: 'mail.stuck', id, mail, tries, reason });
    return () => this.outbox.giveUp(id, { reason, recipientRefused: false });
  }

  /** No alarm, because any caller can enter an address that does not exist. */
  private giveUpRecipient({ id, name: mail, tries }: TakenMail, reason: string): () => Promise<void> {
    this.log.warn('mail given up: recipient refused', { id, mail, tries, reason });
    return () => this.outbox.giveUp(id, { reason, recipientRefused: true });
  }

  /** Retries, because a sent mail that stays in the outbox would be sent again. */
  private async writeWithRetry(write: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await write();
      } catch (error) {
        if (attempt === maxWriteAttempts) throw error;
        await this.clock.sleep(writeRetryDelayMs);
      }
    }
  }
}

/** Jitter between 50% and 100%, so that mails that failed together are not retried together. */
const backOffAfter = (tries: number): number =>
  Math.min(firstBackOff * 2 ** (tries - 1), longestBackOff) * (0.5 + Math.random() / 2);
