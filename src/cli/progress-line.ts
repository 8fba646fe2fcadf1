import type { Io } from './command.js';

/** Milliseconds between two lines. */
const interval = 2000;

/** Says how far a long command is, on standard error, and not too often. */
export class ProgressLine {
  private saidAt = performance.now();

  constructor(private readonly io: Io) {}

  at(text: string): void {
    if (performance.now() - this.saidAt < interval) return;
    this.saidAt = performance.now();
    this.io.err(`${text}\n`);
  }
}
