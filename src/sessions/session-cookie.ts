import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type HttpConfig, httpConfig } from '../common/config/http.config.js';
import { type SessionsConfig, sessionsConfig } from '../common/config/sessions.config.js';
import { type HostCookie, hostCookie } from '../common/http/host-cookie.js';

/** Cookie with the secret of a session in cookie mode: not readable by scripts, not sent with cross-site POST requests. */
@Injectable()
export class SessionCookie {
  private readonly cookie: HostCookie;
  private readonly maxAge: number;

  constructor(
    @Inject(httpConfig.KEY) http: HttpConfig,
    @Inject(sessionsConfig.KEY) sessions: SessionsConfig,
  ) {
    this.cookie = hostCookie(http, 'usher_session');
    this.maxAge = sessions.absoluteSeconds;
  }

  set(reply: FastifyReply, secret: string): void {
    reply.setCookie(this.cookie.name, secret, { ...this.cookie.options, maxAge: this.maxAge });
  }

  read(request: FastifyRequest): string | undefined {
    return request.cookies[this.cookie.name];
  }

  clear(reply: FastifyReply): void {
    reply.clearCookie(this.cookie.name, this.cookie.options);
  }
}
