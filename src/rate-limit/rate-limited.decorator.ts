import { applyDecorators, SetMetadata, type Type } from '@nestjs/common';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { type RateLimitKeyResolver, EmailRateLimitKey } from './rate-limit-key.js';
import type { PolicyName } from './policies.js';

export interface RateLimitedRoute {
  policy: PolicyName;
  account: Type<RateLimitKeyResolver>;
}

export const rateLimitedRoute = 'usher:rate-limited';

/** Limits a route by client network and account (policies.ts), before the guards of the route run. */
export function RateLimited(
  policy: PolicyName,
  account: Type<RateLimitKeyResolver> = EmailRateLimitKey,
): MethodDecorator {
  const route: RateLimitedRoute = { policy, account };
  return applyDecorators(SetMetadata(rateLimitedRoute, route), ApiErrors('too_many_requests'));
}
