import { performance } from 'node:perf_hooks';
import type { Log } from '../logging/log.js';

/** Milliseconds. A scrape that waits longer for one figure would lose all of them. */
const patienceMs = 3000;

/** Something that is read when somebody looks, at most once in so many milliseconds for all who do. */
export class Cached<Value> {
  private value: Promise<Value | undefined> | undefined;
  private readAt = 0;

  /** @param what for the log, should it not be readable */
  constructor(
    private readonly read: () => Promise<Value>,
    private readonly keptMs: number,
    private readonly log: Log,
    private readonly what: string,
  ) {}

  /** Undefined when it cannot be read, also for those who look right after. Never throws. */
  get(): Promise<Value | undefined> {
    if (this.value === undefined || performance.now() - this.readAt > this.keptMs) {
      this.readAt = performance.now();
      this.value = this.readInTime();
    }
    return this.value;
  }

  private async readInTime(): Promise<Value | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('it took too long')), patienceMs);
    });
    try {
      return await Promise.race([this.read(), tooLate]);
    } catch (error) {
      this.log.warn('a figure cannot be read', { what: this.what, error });
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }
}
