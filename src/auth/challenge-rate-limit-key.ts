import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { RateLimitKeyResolver, RateLimitKeys } from '../rate-limit/rate-limit-key.js';
import { DeviceCookie } from '../sessions/device-cookie.js';
import { ChallengesService } from './challenges.service.js';

/** The limits count the attempts of a user over all challenge sessions. */
@Injectable()
export class ChallengeRateLimitKey implements RateLimitKeyResolver {
  constructor(
    private readonly challenges: ChallengesService,
    private readonly deviceCookie: DeviceCookie,
  ) {}

  accountKey({ body }: FastifyRequest): string | undefined {
    const isObject = typeof body === 'object' && body !== null;
    return isObject && 'session' in body && typeof body.session === 'string'
      ? this.challenges.unseal(body.session)?.userId
      : undefined;
  }

  /** Knows no device in pools whose user names are not the `sub`. */
  async knownCaller(request: FastifyRequest, userId: string): Promise<RateLimitKeys | undefined> {
    const device = await this.deviceCookie.find(request);
    return device?.sub === userId ? { device: device.id } : undefined;
  }
}
