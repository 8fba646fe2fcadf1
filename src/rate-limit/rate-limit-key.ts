import { canonicalEmail } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Scope } from './policies.js';

/** Key of each scope; stored as a digest. */
export type RateLimitKeys = Partial<Record<Scope, string | undefined>>;

/** Finds the account that a request is about. A provider, so that it can unseal strings. */
export interface RateLimitKeyResolver {
  /** Runs before validation: the body can contain anything. */
  accountKey(request: FastifyRequest): string | undefined | Promise<string | undefined>;
  /**
   * @returns keys that replace the account's for a request with a valid sealed cookie of this account; otherwise
   * `undefined`
   */
  knownCaller?(request: FastifyRequest, account: string): Promise<RateLimitKeys | undefined>;
}

/** By the canonical e-mail address in the body, whether an account has it or not. */
@Injectable()
export class EmailRateLimitKey implements RateLimitKeyResolver {
  accountKey({ body }: FastifyRequest): string | undefined {
    if (typeof body !== 'object' || body === null || !('email' in body)) return undefined;
    return typeof body.email === 'string' ? canonicalEmail(body.email) : undefined;
  }
}
