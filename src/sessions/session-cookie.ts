import type { CookieSerializeOptions } from '@fastify/cookie';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../platform/config/config.js';

/** Carries the secret of a session in cookie mode. Scripts cannot read it, other sites cannot have it sent in a POST. */
@Injectable()
export class SessionCookie {
  private readonly name: string;
  private readonly options: CookieSerializeOptions;
  private readonly maxAge: number;

  constructor(config: Config) {
    const secure = config.http.publicUrl.protocol === 'https:';
    // The prefix binds the cookie to this host, path and https (draft-ietf-httpbis-rfc6265bis section 4.1.3.2).
    this.name = secure ? '__Host-usher_session' : 'usher_session';
    this.options = { httpOnly: true, sameSite: 'lax', path: '/', secure };
    this.maxAge = config.sessions.absoluteSeconds;
  }

  set(reply: FastifyReply, secret: string): void {
    reply.setCookie(this.name, secret, { ...this.options, maxAge: this.maxAge });
  }

  read(request: FastifyRequest): string | undefined {
    return request.cookies[this.name];
  }

  clear(reply: FastifyReply): void {
    reply.clearCookie(this.name, this.options);
  }
}
