import { EventEmitter, on } from 'node:events';

export interface CaughtMail {
  from: string;
  to: string[];
  subject: string;
  /** Of a mail without a text part: the text of its HTML. */
  text: string;
  html: string;
  date: string;
}

/** Keeps only the newest mails, so that a load test does not fill the memory. */
export class Mailbox {
  private readonly mails: CaughtMail[] = [];
  private readonly arrivals = new EventEmitter<{ mail: [CaughtMail] }>().setMaxListeners(0);

  constructor(private readonly capacity = 500) {}

  add(mail: CaughtMail): void {
    this.mails.unshift(mail);
    this.mails.length = Math.min(this.mails.length, this.capacity);
    this.arrivals.emit('mail', mail);
  }

  newestFirst(): CaughtMail[] {
    return [...this.mails];
  }

  /** Resolves to the newest matching mail; waits for one until the signal is aborted. */
  async find(predicate: (mail: CaughtMail) => boolean, signal: AbortSignal): Promise<CaughtMail> {
    const arriving = on(this.arrivals, 'mail', { signal });
    const found = this.mails.find(predicate);
    if (found) return found;
    for await (const [mail] of arriving as AsyncIterable<[CaughtMail]>) if (predicate(mail)) return mail;
    throw new Error('The mailbox was closed.');
  }
}
