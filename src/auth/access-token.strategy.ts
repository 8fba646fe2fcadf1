import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import passport from 'passport';
import { TokenVerifier } from '../cognito/token-verifier.js';
import { AppError } from '../common/errors/app-error.js';
import type { Principal } from '../common/http/caller.decorators.js';
import { CsrfGuard } from '../common/http/csrf.guard.js';
import { SessionCookie } from '../sessions/session-cookie.js';
import { TokenRefreshService } from '../sessions/token-refresh.service.js';

export const accessToken = 'access-token';

// RFC 6750 section 2.1. The scheme's name is case-insensitive.
const bearer = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i;

/**
 * Passport strategy: verifies the Cognito access token of the `Authorization` header offline; without that header it reads the
 * session cookie. The cookie does not replace an invalid header.
 */
@Injectable()
export class AccessTokenStrategy extends PassportStrategy(passport.Strategy, accessToken) {
  constructor(
    private readonly tokens: TokenVerifier,
    private readonly cookie: SessionCookie,
    private readonly sessions: TokenRefreshService,
    private readonly origins: CsrfGuard,
  ) {
    super();
  }

  override authenticate(request: unknown): void {
    this.validate(request as FastifyRequest).then(
      (principal) => this.success(principal),
      (error: unknown) => this.error(error),
    );
  }

  async validate(request: FastifyRequest): Promise<Principal> {
    const { authorization } = request.headers;
    if (authorization !== undefined) return this.verifyHeader(authorization);
    const secret = this.cookie.read(request);
    if (secret === undefined) throw new AppError('auth.token_invalid');
    this.origins.check(request);
    return this.sessions.callerOf(secret);
  }

  private async verifyHeader(authorization: string): Promise<Principal> {
    const token = bearer.exec(authorization)?.[1];
    if (token === undefined) throw new AppError('auth.token_invalid');
    const { expiresAt, ...claims } = await this.tokens.verifyAccessToken(token);
    return { ...claims, accessToken: token };
  }
}
