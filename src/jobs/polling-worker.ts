import { runOutsideRequest } from '../common/http/request-context.js';

/**
 * Runs `round` at intervals, because other processes add work to the database as well, and immediately after `wake`. One round
 * at a time.
 */
export class PollingWorker {
  private timer: NodeJS.Timeout | undefined;
  private underWay: Promise<void> | undefined;
  private again = false;
  private stopped = false;

  /** @param round processes a batch; never throws; returns whether there may be more */
  constructor(
    private readonly round: () => Promise<boolean>,
    private readonly pollMs: number,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.wake(), this.pollMs).unref();
    this.wake();
  }

  wake(): void {
    if (this.stopped) return;
    this.again = true;
    this.underWay ??= runOutsideRequest(() => this.work()).finally(() => (this.underWay = undefined));
  }

  /** Resolves when the current round is done. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.underWay;
  }

  private async work(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false;
      if (await this.round()) this.again = true;
    }
  }
}
