import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Config } from '../../platform/config/config.js';
import { AcceptedTokens, bearerOf } from '../../platform/crypto/accepted-tokens.js';
import { MigrationTokenRefused } from './migration-token-refused.js';

/** Lets in callers with one of `MIGRATION_ACCESS_TOKENS`, in the body or as a bearer token, whatever else they sent. */
@Injectable()
export class MigrationTokenGuard implements CanActivate {
  private readonly accepted: AcceptedTokens;

  constructor({ migration }: Config) {
    this.accepted = new AcceptedTokens(migration.accessTokens);
  }

  canActivate(context: ExecutionContext): boolean {
    const token = tokenOf(context.switchToHttp().getRequest<FastifyRequest>());
    if (!this.accepted.include(token)) throw new MigrationTokenRefused();
    return true;
  }
}

function tokenOf({ body, headers }: FastifyRequest): string | undefined {
  if (typeof body === 'object' && body !== null && 'access_token' in body) {
    return typeof body.access_token === 'string' ? body.access_token : undefined;
  }
  return bearerOf(headers);
}
