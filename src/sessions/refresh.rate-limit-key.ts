import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { isAppError } from '../common/errors/app-error.js';
import type { RateLimitKeyResolver } from '../rate-limit/rate-limit-key.js';
import { SessionsRepository } from './persistence/sessions.repository.js';
import { SessionCookie } from './session-cookie.js';

/** The `sub` of the session, or the refresh token if Usher did not issue it. */
@Injectable()
export class RefreshRateLimitKey implements RateLimitKeyResolver {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly cookie: SessionCookie,
  ) {}

  async accountKey(request: FastifyRequest): Promise<string | undefined> {
    const refreshToken = refreshTokenOf(request);
    const secret = this.cookie.read(request);
    try {
      if (refreshToken !== undefined)
        return (await this.sessions.findByRefreshToken(refreshToken))?.sub ?? refreshToken;
      return secret === undefined ? undefined : (await this.sessions.findByCookie(secret))?.sub;
    } catch (error) {
      if (isAppError(error, 'overloaded')) return refreshToken ?? secret;
      throw error;
    }
  }
}

function refreshTokenOf({ body }: FastifyRequest): string | undefined {
  if (typeof body !== 'object' || body === null || !('refreshToken' in body)) return undefined;
  return typeof body.refreshToken === 'string' && body.refreshToken !== '' ? body.refreshToken : undefined;
}
