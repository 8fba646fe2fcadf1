import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../common/http/caller.decorators.js';
import { forgetIf } from './rate-limit.guard.js';
import { RateLimits } from './rate-limits.js';

/**
 * Limits wrong passwords in the body of authenticated routes, by the caller's `sub`. A guard of the route, because it needs
 * the caller that the global guards verify.
 */
@Injectable()
export class PasswordProofGuard implements CanActivate {
  constructor(private readonly limits: RateLimits) {}

  /** @throws AppError `too_many_requests` */
  async canActivate(context: ExecutionContext): Promise<true> {
    const http = context.switchToHttp();
    const { user } = http.getRequest<FastifyRequest & { user: Principal }>();
    const reply = http.getResponse<FastifyReply>();
    const attempts = await this.limits.count('proof', { account: user.sub });
    // 401: wrong password. A rejected new password is not an attempt.
    forgetIf(reply, attempts, () => reply.statusCode !== 401);
    return true;
  }
}
