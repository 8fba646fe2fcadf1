import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock/clock.js';

/** Answers of the database that are remembered, one a second: the quickest of them tells best. */
const remembered = 20;

/** PostgreSQL's clock as this process knows it: behind by as long as the quickest answer took, and never ahead. */
@Injectable()
export class DatabaseClock {
  /** Milliseconds from this process's clock, which nobody sets, to PostgreSQL's. */
  private offsets: number[] = [];

  constructor(private readonly clock: Clock) {}

  /** @param time PostgreSQL's (milliseconds since 1970), in an answer that has just arrived */
  learn(time: number): void {
    this.offsets = [...this.offsets, time - this.clock.elapsed()].slice(-remembered);
  }

  /** The database went away; it may come back with another clock. */
  forget(): void {
    this.offsets = [];
  }

  /** Milliseconds since 1970; `undefined` while nothing is known. */
  now(): number | undefined {
    return this.offsets.length === 0 ? undefined : this.clock.elapsed() + Math.max(...this.offsets);
  }
}
