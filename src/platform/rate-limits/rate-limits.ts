import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Keys } from '../crypto/keys.js';
import { Database, type Statement } from '../database/database.js';
import { isAppError } from '../errors/app-error.js';
import { Log } from '../logging/log.js';
import { type CountedTry, Counter } from './counter.js';
import { type Kind, kinds, type Scope } from './limits.js';

/** Whose try it is, as far as is known. */
export type Caller = Record<Scope, string | undefined>;

type Observer = (kind: Kind, scope: Scope) => void;

/** Seconds by which the clocks of honest machines may differ. */
const clockDifference = 60;

/**
 * What is over, and what ends later than its period can: that was counted by a process whose clock was ahead, and would
 * count for as long. The period is in the key.
 */
const clearOld: Statement = {
  name: 'rate-limits-clear-old',
  text: `
    DELETE FROM usher.rate_limits
    WHERE expire < extract(epoch FROM now()) * 1000 OR expire > (
      extract(epoch FROM now()) + ${clockDifference} + split_part(split_part(key, ':', 1), '/', 3)::int
    ) * 1000`,
};

const clearEveryMs = 300_000;

/** How often who may try what. The numbers are in limits.ts. */
@Injectable()
export class RateLimits implements OnModuleDestroy {
  private readonly counters: Map<Kind, { scope: Scope; counter: Counter }[]>;
  private readonly clearing: NodeJS.Timeout;
  private observer: Observer = () => undefined;

  constructor(
    @InjectDataSource() dataSource: DataSource,
    private readonly database: Database,
    private readonly keys: Keys,
    private readonly log: Log,
  ) {
    this.counters = new Map(
      (Object.keys(kinds) as Kind[]).map((kind) => [
        kind,
        kinds[kind].limits.map((limit) => ({
          scope: limit.scope,
          counter: new Counter(dataSource, `${kind}/${limit.scope}`, limit),
        })),
      ]),
    );
    this.clearing = setInterval(() => void this.clearOld(), clearEveryMs).unref();
  }

  /** @param observer is told whenever a limit refuses */
  observe(observer: Observer): void {
    this.observer = observer;
  }

  onModuleDestroy(): void {
    clearInterval(this.clearing);
  }

  /**
   * Counts a try before it is made, so that tries at the same time are no way around the limit.
   * @throws AppError `too_many_requests`
   */
  async count(kind: Kind, caller: Caller): Promise<CountedTry[]> {
    const counted: CountedTry[] = [];
    for (const { scope, counter } of this.counters.get(kind) ?? []) {
      const who = caller[scope];
      // A digest: the table need not know who tried to sign in from where.
      if (who === undefined) continue;
      try {
        counted.push(await counter.count(this.digest(who)));
      } catch (error) {
        if (isAppError(error, 'too_many_requests')) this.observer(kind, scope);
        throw error;
      }
    }
    return counted;
  }

  /** Strangers choose what is counted; what is over goes. */
  async clearOld(): Promise<void> {
    try {
      await this.database.query(clearOld);
    } catch (error) {
      this.log.warn('old rate limits could not be cleared', { error });
    }
  }

  private digest(who: string): string {
    return this.keys.digest('rate-limits', who).toString('base64url');
  }
}
