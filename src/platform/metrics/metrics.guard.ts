import { BlockList, isIP } from 'node:net';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Config } from '../config/config.js';
import { AcceptedTokens, bearerOf } from '../crypto/accepted-tokens.js';
import { AppError } from '../errors/app-error.js';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** What proxies add. A request that came through one is from somewhere else, whatever these say. */
const ofProxies = ['forwarded', 'via', 'x-forwarded-for', 'x-real-ip'];

/**
 * Whoever runs on this machine may read the metrics; where there are `METRICS_ACCESS_TOKENS`, whoever shows one, and nobody
 * else.
 */
@Injectable()
export class MetricsGuard implements CanActivate {
  private readonly accepted: AcceptedTokens | undefined;

  constructor({ metricsAccessTokens }: Config) {
    this.accepted = metricsAccessTokens && new AcceptedTokens(metricsAccessTokens);
  }

  /** @throws AppError `auth.forbidden` */
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const isAllowed = this.accepted
      ? this.accepted.include(bearerOf(request.headers))
      : isFromThisMachine(request);
    if (!isAllowed) throw new AppError('auth.forbidden');
    return true;
  }
}

/** The other end of the connection counts: `request.ip` may be what a header says. */
function isFromThisMachine({ headers, socket }: FastifyRequest): boolean {
  const address = socket.remoteAddress ?? '';
  if (ofProxies.some((name) => name in headers) || isIP(address) === 0) return false;
  return loopback.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}
