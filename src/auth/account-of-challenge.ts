import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AccountOfRequest } from '../platform/rate-limits/account-of-request.js';
import { ChallengeSessions } from './challenge-sessions.js';

/** Whose codes are being guessed: the limits count over all sign-ins of one person, not over one session. */
@Injectable()
export class AccountOfChallenge implements AccountOfRequest {
  constructor(private readonly sessions: ChallengeSessions) {}

  accountOf({ body }: FastifyRequest): string | undefined {
    const isObject = typeof body === 'object' && body !== null;
    return isObject && 'session' in body && typeof body.session === 'string'
      ? this.sessions.read(body.session)?.userId
      : undefined;
  }
}
