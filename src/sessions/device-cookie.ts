import { randomUUID } from 'node:crypto';
import { canonicalEmail } from '#contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type HttpConfig, httpConfig } from '../common/config/http.config.js';
import { SealedBox } from '../common/crypto/sealed-box.js';
import { type HostCookie, hostCookie } from '../common/http/host-cookie.js';
import { isAppError } from '../common/errors/app-error.js';
import {
  type RateLimitKeyResolver,
  EmailRateLimitKey,
  type RateLimitKeys,
} from '../rate-limit/rate-limit-key.js';
import { UsersService } from '../users/users.service.js';
import { type SignInStart, SignOutTimes } from './sign-out-times.js';

const lifetimeSeconds = 90 * 24 * 3600;

/** A device on which a user has signed in. */
export interface KnownDevice {
  /** New for each sign-in; kept by `renew`. */
  id: string;
  sub: string;
  /** Current address of the account, canonical. */
  email: string;
}

/** Without the address: a user keeps the devices when the address changes. */
interface Content {
  id: string;
  sub: string;
  /** Start of the sign-in, by PostgreSQL's clock (milliseconds since 1970). */
  at: number;
}

/**
 * Gives a known device rate limits of its own, so that failed sign-ins of others do not lock the user out. It allows
 * nothing else. A sign-out everywhere or a new password since the sign-in makes it invalid.
 */
@Injectable()
export class DeviceCookie {
  private readonly cookie: HostCookie;

  constructor(
    private readonly sealedBox: SealedBox,
    private readonly users: UsersService,
    private readonly signOuts: SignOutTimes,
    @Inject(httpConfig.KEY) config: HttpConfig,
  ) {
    this.cookie = hostCookie(config, 'usher_device');
  }

  /** After a completed sign-in. @param sub of the row that signed in */
  set(reply: FastifyReply, sub: string | null, { at }: SignInStart): void {
    if (sub !== null) this.write(reply, { id: randomUUID(), sub, at });
  }

  /** Sets a cookie that is valid from now on, with the same rate-limit counts; none while the database is unavailable. */
  private async renew(reply: FastifyReply, { id, sub }: KnownDevice): Promise<void> {
    try {
      const { at } = await this.signOuts.startOfSignIn();
      this.write(reply, { id, sub, at });
    } catch (error) {
      if (!isAppError(error, 'overloaded')) throw error;
    }
  }

  /**
   * Runs a change that invalidates all device cookies of a user, such as a new password; this browser gets a new one.
   * @throws what `change` throws
   */
  async keepDuring(reply: FastifyReply, sub: string, change: () => Promise<void>): Promise<void> {
    const device = await this.find(reply.request);
    await change();
    if (device?.sub === sub) await this.renew(reply, device);
  }

  /** Reads the database only for a cookie with a valid seal. @returns `undefined` without a valid cookie of a live user */
  async find(request: FastifyRequest): Promise<KnownDevice | undefined> {
    const content = this.read(request);
    if (content === undefined) return undefined;
    const { id, sub, at } = content;
    try {
      const user = await this.users.findBySub(sub);
      if (user === undefined || user.disabled) return undefined;
      if (await this.signOuts.hasSignedOutSinceByDatabase(sub, { at })) return undefined;
      return { id, sub, email: canonicalEmail(user.email) };
    } catch (error) {
      if (isAppError(error, 'overloaded')) return undefined;
      throw error;
    }
  }

  clear(request: FastifyRequest, reply: FastifyReply): void {
    if (request.cookies[this.cookie.name] !== undefined)
      reply.clearCookie(this.cookie.name, this.cookie.options);
  }

  private write(reply: FastifyReply, content: Content): void {
    const value = this.sealedBox.seal('device-cookie', content, lifetimeSeconds);
    reply.setCookie(this.cookie.name, value, { ...this.cookie.options, maxAge: lifetimeSeconds });
  }

  private read(request: FastifyRequest): Content | undefined {
    const sealed = request.cookies[this.cookie.name];
    return sealed === undefined
      ? undefined
      : (this.sealedBox.unseal('device-cookie', sealed) as Content | undefined);
  }
}

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
