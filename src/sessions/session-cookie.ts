import type { CookieSerializeOptions } from '@fastify/cookie';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type HttpConfig, httpConfig } from '../common/config/http.config.js';
import { type SessionsConfig, sessionsConfig } from '../common/config/sessions.config.js';

/** Cookie with the secret of a session in cookie mode: not readable by scripts, not sent with cross-site POST requests. */
@Injectable()
export class SessionCookie {
  private readonly name: string;
  private readonly options: CookieSerializeOptions;
  private readonly maxAge: number;

  constructor(
    @Inject(httpConfig.KEY) http: HttpConfig,
    @Inject(sessionsConfig.KEY) sessions: SessionsConfig,
  ) {
    const secure = http.publicUrl.protocol === 'https:';
    // The prefix binds the cookie to this host, path and https (draft-ietf-httpbis-rfc6265bis section 4.1.3.2).
    this.name = secure ? '__Host-usher_session' : 'usher_session';
    this.options = { httpOnly: true, sameSite: 'lax', path: '/', secure };
    this.maxAge = sessions.absoluteSeconds;
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
