import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { TokenVerifier } from '../cognito/token-verifier.js';
import { AppError } from '../platform/errors/app-error.js';
import type { Principal } from '../platform/http/current-user.decorator.js';
import { OriginCheck } from '../platform/http/origin-check.js';
import { SessionCookie } from '../sessions/session-cookie.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { RequestStrategy } from './request-strategy.js';

export const accessToken = 'access-token';

// RFC 6750 section 2.1. The scheme's name is case-insensitive.
const bearer = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i;

/**
 * Passport strategy: the Cognito access token of the `Authorization` header, verified offline; or, where that header is
 * absent, the session cookie. A header that is there but no good is not made up for by a cookie.
 */
@Injectable()
export class AccessTokenStrategy extends PassportStrategy(RequestStrategy, accessToken) {
  constructor(
    private readonly tokens: TokenVerifier,
    private readonly cookie: SessionCookie,
    private readonly sessions: SessionsService,
    private readonly origins: OriginCheck,
  ) {
    super();
  }

  async validate(request: FastifyRequest): Promise<Principal> {
    const { authorization } = request.headers;
    if (authorization !== undefined) return this.ofHeader(authorization);
    const secret = this.cookie.read(request);
    if (secret === undefined) throw new AppError('auth.token_invalid');
    this.origins.check(request);
    return this.sessions.callerOf(secret);
  }

  private async ofHeader(authorization: string): Promise<Principal> {
    const token = bearer.exec(authorization)?.[1];
    if (token === undefined) throw new AppError('auth.token_invalid');
    const { expiresAt, ...claims } = await this.tokens.verifyAccessToken(token);
    return { ...claims, accessToken: token };
  }
}
