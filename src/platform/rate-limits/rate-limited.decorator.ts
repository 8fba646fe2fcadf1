import { applyDecorators, SetMetadata, type Type } from '@nestjs/common';
import { Answers } from '../http/answers.decorator.js';
import { type AccountOfRequest, EmailOfBody } from './account-of-request.js';
import type { Kind } from './limits.js';

export interface RateLimitedRoute {
  kind: Kind;
  account: Type<AccountOfRequest>;
}

export const rateLimitedRoute = 'usher:rate-limited';

/**
 * Limits how often a route may be tried, by place and by account (limits.ts). The tries are counted before any guard of
 * the route runs, wherever the decorator stands.
 */
export function RateLimited(kind: Kind, account: Type<AccountOfRequest> = EmailOfBody): MethodDecorator {
  const route: RateLimitedRoute = { kind, account };
  return applyDecorators(SetMetadata(rateLimitedRoute, route), Answers('too_many_requests'));
}
