import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { canonicalEmail } from '#contracts';
import { type HttpConfig, httpConfig } from '../common/config/http.config.js';
import { SealedBox } from '../common/crypto/sealed-box.js';
import { type HostCookie, hostCookie } from '../common/http/host-cookie.js';
import {
  EmailRateLimitKey,
  type RateLimitKeyResolver,
  type RateLimitKeys,
} from '../rate-limit/rate-limit-key.js';
import { DeviceCookie } from '../sessions/device-cookie.js';

const lifetimeSeconds = 15 * 60;

/** Keeps the address of the reset in progress, so that the form can omit it. Encrypted, because the address is personal data. */
@Injectable()
export class ResetCookie {
  private readonly cookie: HostCookie;

  constructor(
    private readonly sealedBox: SealedBox,
    @Inject(httpConfig.KEY) config: HttpConfig,
  ) {
    this.cookie = hostCookie(config, 'usher_reset');
  }

  set(reply: FastifyReply, email: string): void {
    const value = this.sealedBox.seal('reset-cookie', email, lifetimeSeconds);
    reply.setCookie(this.cookie.name, value, { ...this.cookie.options, maxAge: lifetimeSeconds });
  }

  read(request: FastifyRequest): string | undefined {
    const sealed = request.cookies[this.cookie.name];
    const email = sealed === undefined ? undefined : this.sealedBox.unseal('reset-cookie', sealed);
    return typeof email === 'string' ? email : undefined;
  }

  /** @returns an ID of the reset in progress; the same for every encoding of the cookie */
  idOf(request: FastifyRequest): string | undefined {
    // The initialisation vector makes each sealed string unique. Base64url decoders ignore characters outside the alphabet.
    if (this.read(request) === undefined) return undefined;
    return Buffer.from(request.cookies[this.cookie.name] ?? '', 'base64url').toString('base64url');
  }

  clear(reply: FastifyReply): void {
    reply.clearCookie(this.cookie.name, this.cookie.options);
  }
}

/** The account is the address in the body or, as for the reset itself, the address in the cookie. */
@Injectable()
export class ResetRateLimitKey implements RateLimitKeyResolver {
  constructor(
    private readonly body: EmailRateLimitKey,
    private readonly cookie: ResetCookie,
    private readonly deviceCookie: DeviceCookie,
  ) {}

  accountKey(request: FastifyRequest): string | undefined {
    return this.body.accountKey(request) ?? this.cookieAccount(request);
  }

  /** Anyone can get a reset cookie for an address, so resets from unknown devices also share one count. */
  async knownCaller(request: FastifyRequest, account: string): Promise<RateLimitKeys | undefined> {
    const reset = this.cookie.idOf(request);
    if (reset === undefined || this.cookieAccount(request) !== account) return undefined;
    const device = await this.deviceCookie.find(request);
    return device?.email === account ? { reset } : { reset, 'known-resets': account };
  }

  private cookieAccount(request: FastifyRequest): string | undefined {
    const email = this.cookie.read(request);
    return email === undefined ? undefined : canonicalEmail(email);
  }
}
