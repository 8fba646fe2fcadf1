import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock/clock.js';
import { AdminConnection } from './admin-connection.js';
import { AppClientConnection } from './app-client-connection.js';

/** Cognito's clock, as the `Date` of its last answer tells it: `auth_time` is by that clock, and by no other. */
@Injectable()
export class CognitoClock {
  /** Milliseconds from this process's clock, which nobody sets, to the latest time that Cognito's can show. */
  private offset: number | undefined;

  constructor(
    appClient: AppClientConnection,
    admin: AdminConnection,
    private readonly clock: Clock,
  ) {
    const learn = (date: string, askedAt: number) => this.learn(date, askedAt);
    appClient.onDate(learn);
    admin.onDate(learn);
  }

  /** Seconds since 1970, at most one too late; `undefined` before the first answer. */
  now(): number | undefined {
    return this.offset === undefined ? undefined : Math.floor((this.clock.elapsed() + this.offset) / 1000);
  }

  /** The header has whole seconds (RFC 9110 section 5.6.7), and was written after the question was asked. */
  private learn(date: string, askedAt: number): void {
    const time = Date.parse(date);
    if (!Number.isNaN(time)) this.offset = time + 999 - askedAt;
  }
}
