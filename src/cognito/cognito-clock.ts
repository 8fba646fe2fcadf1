import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock/clock.js';
import { AdminConnection } from './admin-connection.js';
import { AppClientConnection } from './app-client-connection.js';
import { SigningKeys } from './signing-keys.js';

/** Answers that are remembered: a slow one says little about the time at which it was written. */
const remembered = 20;

/** Milliseconds from this process's clock, which nobody sets, to Cognito's: where an answer says that it lies. */
interface Offset {
  least: number;
  most: number;
}

/** Cognito's clock, as the `Date` of its answers tells it: `auth_time` is by that clock, and by no other. */
@Injectable()
export class CognitoClock {
  private offsets: Offset[] = [];
  /** From the download of the pool's keys, which a cache may have answered. */
  private fallback: Offset[] = [];

  constructor(
    appClient: AppClientConnection,
    admin: AdminConnection,
    keys: SigningKeys,
    private readonly clock: Clock,
  ) {
    const learn = (date: string, askedAt: number) => this.learn(date, askedAt);
    appClient.onDate(learn);
    admin.onDate(learn);
    keys.onDate((date, askedAt) => (this.fallback = this.offsetOf(date, askedAt) ?? this.fallback));
  }

  /** The latest that it can show (milliseconds since 1970), about a second too late; `undefined` before the first answer. */
  now(): number | undefined {
    const known = this.known;
    return known.length === 0 ? undefined : this.clock.elapsed() + Math.min(...known.map(({ most }) => most));
  }

  /** The earliest that it can show, about a second too early. */
  earliest(): number | undefined {
    const known = this.known;
    return known.length === 0
      ? undefined
      : this.clock.elapsed() + Math.max(...known.map(({ least }) => least));
  }

  private get known(): Offset[] {
    return this.offsets.length > 0 ? this.offsets : this.fallback;
  }

  private learn(date: string, askedAt: number): void {
    const [offset] = this.offsetOf(date, askedAt) ?? [];
    if (offset === undefined) return;
    // What contradicts this answer was known before one of the two clocks was stopped or set.
    const agree = this.offsets.filter(({ least, most }) => most >= offset.least && least <= offset.most);
    this.offsets = [...agree, offset].slice(-remembered);
  }

  /** The header has whole seconds (RFC 9110 section 5.6.7), and was written between the question and the answer. */
  private offsetOf(date: string, askedAt: number): Offset[] | undefined {
    const time = Date.parse(date);
    return Number.isNaN(time)
      ? undefined
      : [{ least: time - this.clock.elapsed(), most: time + 999 - askedAt }];
  }
}
