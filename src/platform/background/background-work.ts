import { outsideOfRequests } from '../http/current-request.js';

/**
 * Work that waits in the database: looked for at intervals, because other processes leave some too, and at once when
 * somebody here says so. One round at a time.
 */
export class BackgroundWork {
  private timer: NodeJS.Timeout | undefined;
  private underWay: Promise<void> | undefined;
  private again = false;
  private stopped = false;

  /** @param round takes some of what waits and does it; never throws; whether there may be more */
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
    this.underWay ??= outsideOfRequests(() => this.work()).finally(() => (this.underWay = undefined));
  }

  /** Resolves when the round under way is over. */
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
