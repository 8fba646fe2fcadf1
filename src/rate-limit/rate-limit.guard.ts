import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type LimitsConfig, limitsConfig } from '../common/config/http.config.js';
import type { RateLimitKeys } from './rate-limit-key.js';
import type { CountedAttempt } from './limiter.js';
import { type PolicyName, policies } from './policies.js';
import { toClientNetwork } from './client-network.js';
import { rateLimitedRoute, type RateLimitedRoute } from './rate-limited.decorator.js';
import { RateLimits } from './rate-limits.js';

const alwaysCounted = new WeakSet<FastifyReply>();

/** For an attempt that has a cost in any case, such as a code that was sent. */
export function countEvenOnSuccess(reply: FastifyReply): void {
  alwaysCounted.add(reply);
}

/** Global, so that it runs before the guards of a route, which verify passwords and codes. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    @Inject(limitsConfig.KEY) private readonly config: LimitsConfig,
    private readonly limits: RateLimits,
    private readonly reflector: Reflector,
    private readonly moduleRef: ModuleRef,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const route = this.reflector.get<RateLimitedRoute | undefined>(rateLimitedRoute, context.getHandler());
    return route === undefined || !this.config.rateLimits || this.countAttempt(route, context);
  }

  private async countAttempt(route: RateLimitedRoute, context: ExecutionContext): Promise<true> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const { account, caller } = await this.identify(route, request);
    const network = toClientNetwork(request.ip);
    const { skipSuccessful, successes } = policies[route.policy];
    const attempts = await this.limits.count(route.policy, { ...network, ...caller });
    // An attempt that failed for an outage does not count either.
    const isFree = () => reply.statusCode >= 500 || (skipSuccessful && reply.statusCode < 400);
    forgetIf(reply, attempts, () => isFree() && !alwaysCounted.has(reply));
    forgetUnlessSuccess(reply, await this.countSuccess(successes, { ...network, account }, attempts));
    return true;
  }

  private async identify({ account: resolver }: RateLimitedRoute, request: FastifyRequest) {
    const provider = this.moduleRef.get(resolver, { strict: false });
    const account = await provider.accountKey(request);
    const known = account === undefined ? undefined : await provider.knownCaller?.(request, account);
    const caller: RateLimitKeys = known ?? { account };
    return { account, caller };
  }

  /** By account also for a known caller: only holders of the password have successes. */
  private async countSuccess(
    policy: PolicyName | undefined,
    keys: RateLimitKeys,
    attempts: CountedAttempt[],
  ): Promise<CountedAttempt[]> {
    if (policy === undefined) return [];
    try {
      return await this.limits.count(policy, keys);
    } catch (error) {
      // The credentials are not checked, so this was no guess.
      await forgetAll(attempts);
      throw error;
    }
  }
}

/** Pages answer a success with a redirect. */
const isSuccess = (reply: FastifyReply): boolean => reply.statusCode < 400 && !alwaysCounted.has(reply);

/** After the response, which does not wait for it. */
export function forgetIf(reply: FastifyReply, attempts: CountedAttempt[], isFree: () => boolean): void {
  reply.raw.once('finish', () => {
    if (isFree()) void forgetAll(attempts);
  });
}

/** A client that disconnects before the response has no success; its attempt stays counted as a guess. */
function forgetUnlessSuccess(reply: FastifyReply, successes: CountedAttempt[]): void {
  let isSent = false;
  reply.raw.once('finish', () => (isSent = true));
  reply.raw.once('close', () => {
    if (!isSent || !isSuccess(reply)) void forgetAll(successes);
  });
}

const forgetAll = (attempts: CountedAttempt[]) => Promise.all(attempts.map((attempt) => attempt.forget()));
