import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Counter, Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { type LimitsConfig, limitsConfig } from '../common/config/http.config.js';
import { KeyRing } from '../common/crypto/key-ring.js';
import { Database } from '../common/database/database.js';
import { isAppError } from '../common/errors/app-error.js';
import { Log } from '../common/logging/log.js';
import { RateLimitCount } from './rate-limit-count.entity.js';
import type { RateLimitKeys } from './rate-limit-key.js';
import { type CountedAttempt, Limiter } from './limiter.js';
import { type PolicyName, policies, type Scope } from './policies.js';

/** Seconds. */
const clockSkew = 60;

/**
 * Expired rows, and rows that expire later than their period allows: a process with a fast clock wrote those. The key
 * contains the period.
 */
const isExpired = `expire < extract(epoch FROM now()) * 1000 OR expire > (
  extract(epoch FROM now()) + ${clockSkew} + split_part(split_part(key, ':', 1), '/', 3)::int) * 1000`;

const deleteEveryMs = 300_000;

/** Counts attempts under the limits of policies.ts. */
@Injectable()
export class RateLimits implements OnModuleDestroy {
  private readonly limiters: Map<PolicyName, { scope: Scope; limiter: Limiter }[]>;
  private readonly refusals: Counter<'kind' | 'scope'>;
  private readonly timer: NodeJS.Timeout;

  constructor(
    @InjectDataSource() dataSource: DataSource,
    private readonly database: Database,
    private readonly keys: KeyRing,
    private readonly log: Log,
    @Inject(limitsConfig.KEY) private readonly config: LimitsConfig,
    registry: Registry,
  ) {
    this.refusals = new Counter({
      name: 'usher_rate_limit_refusals_total',
      help: 'Attempts refused by a rate limit, by policy and scope',
      labelNames: ['kind', 'scope'],
      registers: [registry],
    });
    this.limiters = new Map(
      (Object.keys(policies) as PolicyName[]).map((policy) => [
        policy,
        policies[policy].limits.map((limit) => {
          this.refusals.inc({ kind: policy, scope: limit.scope }, 0);
          const limiter = new Limiter(dataSource, `${policy}/${limit.scope}`, limit);
          return { scope: limit.scope, limiter };
        }),
      ]),
    );
    this.timer = setInterval(() => void this.deleteExpired(), deleteEveryMs).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /**
   * Counts an attempt before it is made, so that concurrent attempts do not exceed the limit.
   * @returns the counted attempt under each limit; empty with `RATE_LIMITS=off`
   * @throws AppError `too_many_requests`
   */
  async count(policy: PolicyName, keys: RateLimitKeys): Promise<CountedAttempt[]> {
    const counted: CountedAttempt[] = [];
    if (!this.config.rateLimits) return counted;
    for (const { scope, limiter } of this.limiters.get(policy) ?? []) {
      const key = keys[scope];
      if (key === undefined) continue;
      try {
        counted.push(await limiter.count(this.digest(key)));
      } catch (error) {
        if (isAppError(error, 'too_many_requests')) this.refusals.inc({ kind: policy, scope });
        if (policies[policy].skipLimited) await Promise.all(counted.map((attempt) => attempt.forget()));
        throw error;
      }
    }
    return counted;
  }

  /** Clients choose the keys, so the table would grow without bound. */
  async deleteExpired(): Promise<void> {
    try {
      await this.database.with(RateLimitCount, (counts) =>
        counts.createQueryBuilder().delete().where(isExpired).execute(),
      );
    } catch (error) {
      this.log.warn('failed to delete expired rate limits', { error });
    }
  }

  /** The table contains neither addresses nor accounts. */
  private digest(key: string): string {
    return this.keys.digest('rate-limits', key).toString('base64url');
  }
}
