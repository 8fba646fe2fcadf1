import {
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRes,
  RLWrapperTimeouts,
} from 'rate-limiter-flexible';
import type { DataSource } from 'typeorm';
import { AppError } from '../errors/app-error.js';
import type { Limit } from './limits.js';

/** Milliseconds the database has to count a try; then this process counts it alone. */
const patienceMs = 500;

/** A try that was counted, and how to forget it. */
export interface CountedTry {
  forget(): Promise<void>;
}

/** Counts the tries under one limit, for all processes together; while the database is away, each for itself. */
export class Counter {
  private readonly limiter: RLWrapperTimeouts;

  /** @param name of its own in the table */
  constructor(dataSource: DataSource, name: string, { tries, seconds }: Limit) {
    const limit = { keyPrefix: `${name}/${seconds}`, points: tries, duration: seconds };
    const shared = new RateLimiterPostgres({
      ...limit,
      storeClient: dataSource,
      storeType: 'typeorm',
      schemaName: 'usher',
      tableName: 'rate_limits',
      // Our own migration does, and RateLimits clears what is old.
      tableCreated: true,
      clearExpiredByTimeout: false,
      insuranceLimiter: new RateLimiterMemory(limit),
    });
    this.limiter = new RLWrapperTimeouts({ limiter: shared, timeoutMs: patienceMs });
  }

  /** @throws AppError `too_many_requests` */
  async count(key: string): Promise<CountedTry> {
    try {
      const { msBeforeNext } = await this.limiter.consume(key);
      const until = Date.now() + msBeforeNext;
      return {
        forget: async () => {
          // Once the period is over the try is forgotten anyway, and a point given back would be one too many.
          if (Date.now() < until) await this.limiter.reward(key);
        },
      };
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      throw new AppError('too_many_requests', {
        retryAfter: Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)),
      });
    }
  }
}
