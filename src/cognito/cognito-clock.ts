import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock/clock.js';
import { CognitoAdminClient, CognitoAppClient } from './cognito-client.js';
import { SigningKeys } from './signing-keys.js';

/** Number of responses: a slow one gives only a wide interval. */
const maxOffsets = 20;

/** Milliseconds to add to this process's monotonic clock to get Cognito's time, as the interval that a response gives. */
interface Offset {
  min: number;
  max: number;
}

/** Cognito's time, estimated from the `Date` headers of its responses, for comparisons with `auth_time`. */
@Injectable()
export class CognitoClock {
  private offsets: Offset[] = [];
  /** From the download of the signing keys, which a cache without `Age` header may have served. */
  private fallback: Offset[] = [];

  constructor(
    appClient: CognitoAppClient,
    admin: CognitoAdminClient,
    keys: SigningKeys,
    private readonly clock: Clock,
  ) {
    const learn = (date: string, sentAt: number) => this.learn(date, sentAt);
    appClient.onDate(learn);
    admin.onDate(learn);
    keys.onDate((date, sentAt) => (this.fallback = this.offsetOf(date, sentAt) ?? this.fallback));
  }

  /** Upper bound in milliseconds since 1970, about a second late; `undefined` before the first response. */
  now(): number | undefined {
    const known = this.known;
    return known.length === 0 ? undefined : this.clock.elapsed() + Math.min(...known.map(({ max }) => max));
  }

  /** Lower bound, about a second early. */
  earliest(): number | undefined {
    const known = this.known;
    return known.length === 0 ? undefined : this.clock.elapsed() + Math.max(...known.map(({ min }) => min));
  }

  private get known(): Offset[] {
    return this.offsets.length > 0 ? this.offsets : this.fallback;
  }

  private learn(date: string, sentAt: number): void {
    const [offset] = this.offsetOf(date, sentAt) ?? [];
    if (offset === undefined) return;
    // Intervals that do not overlap were measured before one of the two clocks was stopped or set.
    const consistent = this.offsets.filter(({ min, max }) => max >= offset.min && min <= offset.max);
    this.offsets = [...consistent, offset].slice(-maxOffsets);
  }

  /** The header has whole seconds (RFC 9110 section 5.6.7) and a time between request and response. */
  private offsetOf(date: string, sentAt: number): Offset[] | undefined {
    const time = Date.parse(date);
    return Number.isNaN(time) ? undefined : [{ min: time - this.clock.elapsed(), max: time + 999 - sentAt }];
  }
}
