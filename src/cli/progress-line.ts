import type { Io } from './command.js';

/** Milliseconds. */
const interval = 2000;

/** Prints the progress of a long command to standard error, every 2 seconds. */
export class ProgressLine {
  private text = '';
  private printedAt = performance.now();
  private readonly timer = setInterval(() => this.print(), interval).unref();

  constructor(private readonly io: Io) {}

  /** @param text printed within 2 seconds, unless another text replaces it */
  at(text: string): void {
    this.text = text;
    if (performance.now() - this.printedAt >= interval) this.print();
  }

  end(): void {
    clearInterval(this.timer);
  }

  private print(): void {
    if (this.text === '') return;
    this.printedAt = performance.now();
    this.io.err(`${this.text} ...\n`);
  }
}
