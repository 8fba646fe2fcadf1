import type { Actor, Stage } from './actors/actor.js';
import { firstSignIn } from './actors/first-sign-in.js';
import { guardedRead } from './actors/guarded-read.js';
import { refreshing } from './actors/refresh.js';
import { reset } from './actors/reset.js';
import { signUp } from './actors/sign-up.js';
import { wrongPassword } from './actors/wrong-password.js';
import { until } from './until.js';

const actors: Actor[] = [firstSignIn, guardedRead, refreshing, reset, signUp, wrongPassword];

/** Things that go on at the same time. */
const atOnce = 10;

/** Mixed traffic, which goes on whatever breaks. */
export class Traffic {
  /** What must not happen, and did. */
  readonly wrongs: string[] = [];
  /** When the last of each kind began that came to its end. */
  private readonly lastDone = new Map<string, number>();
  private readonly ways: Promise<void>[] = [];
  private readonly deck = actors.flatMap((actor) => Array<Actor>(actor.weight).fill(actor));
  private isOver = false;

  constructor(private readonly stage: Stage) {}

  start(): void {
    this.ways.push(...Array.from({ length: atOnce }, () => this.keepGoing()));
  }

  /** Lets everybody finish what they are doing. */
  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.ways);
  }

  /**
   * Waits until each kind of traffic, begun after `since`, went through again, and every process has had a part in it.
   * @returns milliseconds from then on
   */
  async recovered(since: number, processes: string[]): Promise<number> {
    const { lastGood } = this.stage.caller;
    const missing = () => [
      ...actors.map(({ kind }) => kind).filter((kind) => (this.lastDone.get(kind) ?? 0) < since),
      ...processes.filter((name) => (lastGood.get(name) ?? 0) < since),
    ];
    await until(
      'everything went through again',
      () => this.wrongs.length > 0 || missing().length === 0 || undefined,
    ).catch((error: unknown) => {
      throw new Error(`not back: ${missing().join(', ')}`, { cause: error });
    });
    return performance.now() - since;
  }

  /** When nothing can become well any more. */
  async abandon(): Promise<void> {
    this.stage.caller.isAbandoned = true;
    await this.stop();
  }

  private wrong(error: unknown): void {
    if (this.stage.caller.isAbandoned) return;
    const what = error instanceof Error ? error.message : String(error);
    process.stderr.write(`WRONG: ${what}\n`);
    this.wrongs.push(what);
  }

  private async keepGoing(): Promise<void> {
    while (!this.isOver) {
      const { kind, perform } = this.stage.random.pick(this.deck);
      const begunAt = performance.now();
      try {
        if (await perform(this.stage))
          this.lastDone.set(kind, Math.max(begunAt, this.lastDone.get(kind) ?? 0));
        // Nobody to do it: others need their turn first.
        else await this.stage.caller.wait();
      } catch (error) {
        this.wrong(error);
      }
    }
  }
}
