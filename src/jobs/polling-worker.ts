import { SingleFlight } from '../common/concurrency/single-flight.js';
import { runOutsideRequest } from '../common/http/request-context.js';

/**
 * Runs `round` at intervals, because other processes add work to the database as well, and immediately after `wake`. One round
 * at a time.
 */
export class PollingWorker {
  private timer: NodeJS.Timeout | undefined;
  private readonly flight = new SingleFlight<void>();
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
    void this.flight.run(() => runOutsideRequest(() => this.work()));
  }

  /** Resolves when the current round is done. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.flight.settled();
  }

  private async work(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false;
      if (await this.round()) this.again = true;
    }
  }
}
