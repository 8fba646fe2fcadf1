import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';

/** The time. Tests replace it. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date();
  }

  /** Milliseconds of a monotonic clock, for durations. */
  elapsed(): number {
    return performance.now();
  }

  async sleep(milliseconds: number): Promise<void> {
    if (milliseconds > 0) await sleep(milliseconds);
  }
}
