import { types } from 'node:util';
import type { Log } from '../common/logging/log.js';
import { PollingWorker } from './polling-worker.js';

/** Failures are logged at level `error` from this attempt on. */
const errorFromAttempt = 5;

export interface QueueJob<Item> {
  /** Milliseconds between polls for items that other processes added or left behind, and for retries. */
  pollMs: number;
  /** Items that are worked on at the same time; by default one. */
  batchSize?: number;
  /** Leases items that are due. */
  take(count: number): Promise<Item[]>;
  /** Log message if `take` throws. */
  takeFailed: string;
  /** Completes an item and removes it from the queue. Must be repeatable. */
  work(item: Item): Promise<void>;
  /** Log entry if `work` throws. @param isPersistent logged at level `error` */
  failure(item: Item, isPersistent: boolean): { message: string; [field: string]: unknown };
  /** Attempt from which on failures are logged at level `error`; by default the fifth. */
  errorFromAttempt?: number;
  recordError?(item: Item, reason: string): Promise<void>;
}

/** Works on the items of a queue until `stop`. Runs in every process; a lease gives each item to one of them. */
export class QueueWorker<Item extends { tries: number }> {
  private readonly polling: PollingWorker;

  constructor(
    private readonly job: QueueJob<Item>,
    private readonly log: Log,
  ) {
    this.polling = new PollingWorker(() => this.round(), job.pollMs);
  }

  start(): void {
    this.polling.start();
  }

  wake(): void {
    this.polling.wake();
  }

  /** Resolves when the items that this process has leased are done. */
  stop(): Promise<void> {
    return this.polling.stop();
  }

  /** Logs the error of an attempt, and records its reason. Never throws. */
  async fail(item: Item, error: unknown): Promise<void> {
    const isPersistent = item.tries >= (this.job.errorFromAttempt ?? errorFromAttempt);
    const { message, ...fields } = this.job.failure(item, isPersistent);
    this.log[isPersistent ? 'error' : 'warn'](message, { ...fields, tries: item.tries, error });
    // The item is retried with or without its reason; the error has been logged.
    await this.job.recordError?.(item, failureReason(error)).catch(() => undefined);
  }

  /** @returns whether more items may be due */
  private async round(): Promise<boolean> {
    const { batchSize = 1, takeFailed } = this.job;
    try {
      const items = await this.job.take(batchSize);
      await Promise.all(items.map((item) => this.attempt(item)));
      return items.length === batchSize;
    } catch (error) {
      this.log.warn(takeFailed, { error });
      return false;
    }
  }

  private async attempt(item: Item): Promise<void> {
    try {
      await this.job.work(item);
    } catch (error) {
      await this.fail(item, error);
    }
  }
}

const mostCauses = 2;

/** Codes or names of an error and its cause, such as `cognito.unavailable: TimeoutError`. No messages: they can contain addresses. */
export function failureReason(error: unknown, causes = mostCauses): string {
  if (!types.isNativeError(error)) return 'unknown';
  const own = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const { cause } = error;
  return causes > 1 && types.isNativeError(cause) ? `${own}: ${failureReason(cause, causes - 1)}` : own;
}
