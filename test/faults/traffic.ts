import type { Actor, Stage } from './actors/actor.js';
import { firstSignIn } from './actors/first-sign-in.js';
import { guardedRead } from './actors/guarded-read.js';
import { refreshing } from './actors/refresh.js';
import { reset } from './actors/reset.js';
import { signUp } from './actors/sign-up.js';
import { wrongPassword } from './actors/wrong-password.js';
import { until } from './until.js';

const actors: Actor[] = [firstSignIn, guardedRead, refreshing, reset, signUp, wrongPassword];

/** Concurrent interactions. */
const atOnce = 10;

/** Mixed traffic that continues during all faults. */
export class Traffic {
  readonly violations: string[] = [];
  /** Start time of the newest completed interaction of each kind. */
  private readonly lastDone = new Map<string, number>();
  private readonly ways: Promise<void>[] = [];
  private readonly deck = actors.flatMap((actor) => Array<Actor>(actor.weight).fill(actor));
  private isOver = false;

  constructor(private readonly stage: Stage) {}

  start(): void {
    this.ways.push(...Array.from({ length: atOnce }, () => this.keepGoing()));
  }

  /** Waits until the interactions in progress are complete. */
  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.ways);
  }

  /**
   * Waits until one interaction of each kind that began after `since` is complete, and every process has answered.
   * @returns milliseconds since `since`
   */
  async recovered(since: number, processes: string[]): Promise<number> {
    const { lastGood } = this.stage.caller;
    const missing = () => [
      ...actors.map(({ kind }) => kind).filter((kind) => (this.lastDone.get(kind) ?? 0) < since),
      ...processes.filter((name) => (lastGood.get(name) ?? 0) < since),
    ];
    await until(
      'all traffic has recovered',
      () => this.violations.length > 0 || missing().length === 0 || undefined,
    ).catch((error: unknown) => {
      throw new Error(`not recovered: ${missing().join(', ')}`, { cause: error });
    });
    return performance.now() - since;
  }

  /** Stops at once, without waiting for answers. */
  async abandon(): Promise<void> {
    this.stage.caller.isAbandoned = true;
    await this.stop();
  }

  private wrong(error: unknown): void {
    if (this.stage.caller.isAbandoned) return;
    const what = error instanceof Error ? error.message : String(error);
    process.stderr.write(`VIOLATION: ${what}\n`);
    this.violations.push(what);
  }

  private async keepGoing(): Promise<void> {
    while (!this.isOver) {
      const { kind, perform } = this.stage.random.pick(this.deck);
      const begunAt = performance.now();
      try {
        if (await perform(this.stage))
          this.lastDone.set(kind, Math.max(begunAt, this.lastDone.get(kind) ?? 0));
        // No suitable person was free.
        else await this.stage.caller.wait();
      } catch (error) {
        this.wrong(error);
      }
    }
  }
}
