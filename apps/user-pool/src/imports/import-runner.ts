/** The import job that runs in this process. There is never more than one. */
export class ImportRunner {
  private readonly ending = new AbortController();
  private running: Promise<void> | undefined;

  start(run: (signal: AbortSignal) => Promise<void>): void {
    this.running = run(this.ending.signal);
  }

  /** Interrupts the job between two of its steps. The next process continues it. */
  async close(): Promise<void> {
    this.ending.abort();
    await this.running;
  }
}
