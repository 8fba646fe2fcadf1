import { performance } from 'node:perf_hooks';

export type Write = (text: string) => void;

/** Starts parts one after the other, reports the duration of each, and stops them in reverse order. */
export class Startup {
  private readonly endings: (() => void | Promise<void>)[] = [];

  constructor(
    private readonly write: Write,
    private readonly signal: AbortSignal,
  ) {}

  note(line: string): void {
    this.write(`  ${line}\n`);
  }

  async step<T>(what: string, start: () => Promise<T>, end?: (part: T) => void | Promise<void>): Promise<T> {
    this.signal.throwIfAborted();
    const begun = performance.now();
    this.write(`  ${what.padEnd(24)}`);
    try {
      const part = await start();
      if (end) this.endings.push(() => end(part));
      this.write(`${String(Math.round(performance.now() - begun)).padStart(6)} ms\n`);
      return part;
    } catch (error) {
      this.write(this.signal.aborted ? 'stopped\n' : 'failed\n');
      throw error;
    }
  }

  /** Stops all parts, even if one fails to stop. */
  async endAll(): Promise<void> {
    for (let end = this.endings.pop(); end; end = this.endings.pop()) {
      try {
        await end();
      } catch (error) {
        this.note(error instanceof Error ? error.message : String(error));
      }
    }
  }
}
