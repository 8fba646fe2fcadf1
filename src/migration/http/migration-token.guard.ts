import { createHash, timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Config } from '../../platform/config/config.js';
import { MigrationTokenRefused } from './migration-token-refused.js';

/** Lets in callers with one of `MIGRATION_ACCESS_TOKENS`, in the body or as a bearer token, whatever else they sent. */
@Injectable()
export class MigrationTokenGuard implements CanActivate {
  private readonly accepted: Buffer[];

  constructor(config: Config) {
    this.accepted = config.migration.accessTokens.map(digest);
  }

  canActivate(context: ExecutionContext): boolean {
    const token = tokenOf(context.switchToHttp().getRequest<FastifyRequest>());
    const given = digest(token ?? '');
    // All are compared, and equal-length digests: the time tells nothing about any of them.
    const matches = this.accepted.map((accepted) => timingSafeEqual(accepted, given));
    if (token === undefined || !matches.includes(true)) throw new MigrationTokenRefused();
    return true;
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function tokenOf({ body, headers }: FastifyRequest): string | undefined {
  if (typeof body === 'object' && body !== null && 'access_token' in body) {
    return typeof body.access_token === 'string' ? body.access_token : undefined;
  }
  return /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
}
