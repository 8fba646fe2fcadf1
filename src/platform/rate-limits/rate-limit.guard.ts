import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../config/config.js';
import { kinds } from './limits.js';
import { placeOf } from './place.js';
import { rateLimitedRoute, type RateLimitedRoute } from './rate-limited.decorator.js';
import { RateLimits } from './rate-limits.js';

const counting = new WeakSet<FastifyReply>();

/** This try counts although it ended well: it had a code sent, for instance. */
export function countAsTry(reply: FastifyReply): void {
  counting.add(reply);
}

/** Global: global guards run before those of a route, which do the work that is to be limited. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    private readonly config: Config,
    private readonly limits: RateLimits,
    private readonly reflector: Reflector,
    private readonly moduleRef: ModuleRef,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const route = this.reflector.get<RateLimitedRoute | undefined>(rateLimitedRoute, context.getHandler());
    return route === undefined || !this.config.rateLimits || this.countTry(route, context);
  }

  private async countTry(route: RateLimitedRoute, context: ExecutionContext): Promise<true> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const account = this.moduleRef.get(route.account, { strict: false }).accountOf(request);
    const tries = await this.limits.count(route.kind, { ...placeOf(request.ip), account });
    const { successIsFree } = kinds[route.kind];
    const reply = http.getResponse<FastifyReply>();
    // After the answer, which need not wait for it.
    reply.raw.once('finish', () => {
      // Nor does a try count that trouble here or at Cognito has ended.
      const isFree = reply.statusCode >= 500 || (successIsFree && reply.statusCode < 300);
      if (isFree && !counting.has(reply)) void Promise.all(tries.map((counted) => counted.forget()));
    });
    return true;
  }
}
