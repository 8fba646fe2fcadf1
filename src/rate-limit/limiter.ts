import {
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRes,
  RLWrapperTimeouts,
} from 'rate-limiter-flexible';
import type { DataSource } from 'typeorm';
import { AppError } from '../common/errors/app-error.js';
import type { Limit } from './policies.js';

/** Milliseconds for the database; after that this process counts in memory. */
const timeoutMs = 500;

export interface CountedAttempt {
  /** Takes the attempt back. */
  forget(): Promise<void>;
}

/** Counts while the database is unavailable, and remembers which attempts. */
class MemoryCounter extends RateLimiterMemory {
  private readonly counted = new WeakSet<RateLimiterRes>();

  override async consume(...args: Parameters<RateLimiterMemory['consume']>): Promise<RateLimiterRes> {
    const result = await super.consume(...args);
    this.counted.add(result);
    return result;
  }

  hasCounted(result: RateLimiterRes): boolean {
    return this.counted.has(result);
  }
}

/** Counts attempts under one limit for all processes; per process while the database is unavailable. */
export class Limiter {
  private readonly limiter: RLWrapperTimeouts;
  private readonly memory: MemoryCounter;

  /** @param name unique prefix of the keys in the table */
  constructor(dataSource: DataSource, name: string, { attempts, seconds }: Limit) {
    const limit = { keyPrefix: `${name}/${seconds}`, points: attempts, duration: seconds };
    this.memory = new MemoryCounter(limit);
    const shared = new RateLimiterPostgres({
      ...limit,
      storeClient: dataSource,
      storeType: 'typeorm',
      schemaName: 'usher',
      tableName: 'rate_limits',
      // A migration creates it, and RateLimits deletes expired rows.
      tableCreated: true,
      clearExpiredByTimeout: false,
      insuranceLimiter: this.memory,
    });
    this.limiter = new RLWrapperTimeouts({ limiter: shared, timeoutMs });
  }

  /** @throws AppError `too_many_requests` */
  async count(key: string): Promise<CountedAttempt> {
    try {
      const counted = await this.limiter.consume(key);
      const until = Date.now() + counted.msBeforeNext;
      // The database may be available again: a reward there would take back an attempt that it has not counted.
      const counter = this.memory.hasCounted(counted) ? this.memory : this.limiter;
      return {
        forget: async () => {
          // After the period a reward would reduce the count of the next period.
          if (Date.now() < until) await counter.reward(key);
        },
      };
    } catch (rejection) {
      if (!(rejection instanceof RateLimiterRes)) throw rejection;
      throw new AppError('too_many_requests', {
        retryAfter: Math.max(1, Math.ceil(rejection.msBeforeNext / 1000)),
      });
    }
  }
}
