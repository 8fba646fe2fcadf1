/** Concurrent calls with the same key share one run of `work`, with its result or its error. */
export class SingleFlight<Result> {
  private readonly runs = new Map<string, Promise<Result>>();

  /** @param keptMs how long later calls get a result as well; an error is not kept */
  constructor(private readonly keptMs = 0) {}

  run(work: () => Promise<Result>, key = ''): Promise<Result> {
    const shared = this.runs.get(key);
    if (shared) return shared;
    const run = work();
    this.runs.set(key, run);
    const forget = () => this.runs.delete(key);
    run.then(() => this.afterKeeping(forget), forget);
    return run;
  }

  /** Resolves when the current runs have succeeded or failed. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.runs.values());
  }

  private afterKeeping(forget: () => void): void {
    if (this.keptMs === 0) forget();
    else if (this.keptMs !== Infinity) setTimeout(forget, this.keptMs).unref();
  }
}
