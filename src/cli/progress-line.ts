import type { Io } from './command.js';

/** Milliseconds between two lines. */
const interval = 2000;

/** Says on standard error what a long command is at: when that changes, and again while it lasts, but not too often. */
export class ProgressLine {
  private text = '';
  private saidAt = performance.now();
  private readonly timer = setInterval(() => this.say(), interval).unref();

  constructor(private readonly io: Io) {}

  /** @param text said within two seconds, unless something else is by then */
  at(text: string): void {
    this.text = text;
    if (performance.now() - this.saidAt >= interval) this.say();
  }

  end(): void {
    clearInterval(this.timer);
  }

  private say(): void {
    if (this.text === '') return;
    this.saidAt = performance.now();
    this.io.err(`${this.text} ...\n`);
  }
}
