import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import {
  type RateLimitKeyResolver,
  EmailRateLimitKey,
  type RateLimitKeys,
} from '../rate-limit/rate-limit-key.js';
import { DeviceCookie } from './device-cookie.js';

/** The account is the address in the body; a known device of this account has its own count. */
@Injectable()
export class DeviceRateLimitKey implements RateLimitKeyResolver {
  constructor(
    private readonly body: EmailRateLimitKey,
    private readonly cookie: DeviceCookie,
  ) {}

  accountKey(request: FastifyRequest): string | undefined {
    return this.body.accountKey(request);
  }

  async knownCaller(request: FastifyRequest, account: string): Promise<RateLimitKeys | undefined> {
    const device = await this.cookie.find(request);
    return device?.email === account ? { device: device.id } : undefined;
  }
}
