import { Injectable } from '@nestjs/common';
import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../platform/config/config.js';
import { Seal } from '../platform/crypto/seal.js';

const lifetimeSeconds = 15 * 60;

/** Remembers whose reset is under way, so that the form need not ask again. Encrypted: the address is nobody's business. */
@Injectable()
export class ResetCookie {
  private readonly name: string;
  private readonly options: CookieSerializeOptions;

  constructor(
    private readonly seal: Seal,
    config: Config,
  ) {
    const secure = config.http.publicUrl.protocol === 'https:';
    this.name = secure ? '__Host-usher_reset' : 'usher_reset';
    this.options = { httpOnly: true, sameSite: 'lax', path: '/', secure };
  }

  set(reply: FastifyReply, email: string): void {
    const value = this.seal.close('reset-cookie', email, lifetimeSeconds);
    reply.setCookie(this.name, value, { ...this.options, maxAge: lifetimeSeconds });
  }

  read(request: FastifyRequest): string | undefined {
    const sealed = request.cookies[this.name];
    const email = sealed === undefined ? undefined : this.seal.open('reset-cookie', sealed);
    return typeof email === 'string' ? email : undefined;
  }

  clear(reply: FastifyReply): void {
    reply.clearCookie(this.name, this.options);
  }
}
