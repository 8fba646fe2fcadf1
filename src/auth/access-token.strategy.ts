import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { TokenVerifier } from '../cognito/token-verifier.js';
import { AppError } from '../platform/errors/app-error.js';
import type { Principal } from '../platform/http/current-user.decorator.js';
import { RequestStrategy } from './request-strategy.js';

export const accessToken = 'access-token';

// RFC 6750 section 2.1. The scheme's name is case-insensitive.
const bearer = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i;

/** Passport strategy: the Cognito access token of the `Authorization` header, verified offline. */
@Injectable()
export class AccessTokenStrategy extends PassportStrategy(RequestStrategy, accessToken) {
  constructor(private readonly tokens: TokenVerifier) {
    super();
  }

  async validate({ headers }: FastifyRequest): Promise<Principal> {
    const token = bearer.exec(headers.authorization ?? '')?.[1];
    if (token === undefined) throw new AppError('auth.token_invalid');
    return { ...(await this.tokens.verifyAccessToken(token)), accessToken: token };
  }
}
