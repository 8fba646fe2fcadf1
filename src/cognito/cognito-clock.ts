import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock/clock.js';
import { AdminConnection } from './admin-connection.js';
import { AppClientConnection } from './app-client-connection.js';
import { SigningKeys } from './signing-keys.js';

/** Answers that are remembered: a slow one says little about the time at which it was written. */
const remembered = 20;

/** Cognito's clock, as the `Date` of its answers tells it: `auth_time` is by that clock, and by no other. */
@Injectable()
export class CognitoClock {
  /** Milliseconds from this process's clock, which nobody sets, to the latest time that Cognito's can show. */
  private offsets: number[] = [];
  /** The same from the download of the pool's keys, which a cache may have answered. */
  private fallback: number | undefined;

  constructor(
    appClient: AppClientConnection,
    admin: AdminConnection,
    keys: SigningKeys,
    private readonly clock: Clock,
  ) {
    const learn = (date: string, askedAt: number) => this.learn(date, askedAt);
    appClient.onDate(learn);
    admin.onDate(learn);
    keys.onDate((date, askedAt) => (this.fallback = offsetOf(date, askedAt) ?? this.fallback));
  }

  /** Milliseconds since 1970, about a second too late at most; `undefined` before the first answer. */
  now(): number | undefined {
    const offset = this.offsets.length > 0 ? Math.min(...this.offsets) : this.fallback;
    return offset === undefined ? undefined : this.clock.elapsed() + offset;
  }

  private learn(date: string, askedAt: number): void {
    const offset = offsetOf(date, askedAt);
    if (offset === undefined) return;
    // The answer was written before it arrived. What is less was known before one of the two clocks was stopped or set.
    const least = Date.parse(date) - this.clock.elapsed();
    this.offsets = [...this.offsets.filter((known) => known >= least), offset].slice(-remembered);
  }
}

/** The header has whole seconds (RFC 9110 section 5.6.7), and was written after the question was asked. */
function offsetOf(date: string, askedAt: number): number | undefined {
  const time = Date.parse(date);
  return Number.isNaN(time) ? undefined : time + 999 - askedAt;
}
