import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type HttpConfig, httpConfig } from '../config/http.config.js';
import { AppError } from '../errors/app-error.js';

/** RFC 9110 section 9.2.1. */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses cross-site requests by `Sec-Fetch-Site` (Fetch Metadata) or, for older browsers, `Origin`. A request with neither does
 * not come from a browser. The rules are those of `CrossOriginProtection` of Go's net/http
 * (https://pkg.go.dev/net/http#CrossOriginProtection), with origins from the configuration instead of `Host`.
 */
@Injectable()
export class CsrfGuard {
  private readonly trusted: ReadonlySet<string>;

  constructor(@Inject(httpConfig.KEY) http: HttpConfig) {
    this.trusted = new Set([http.publicUrl.origin, ...http.corsOrigins]);
  }

  /** For requests that carry the session cookie or request one. @throws AppError `auth.csrf` */
  check({ method, headers }: FastifyRequest): void {
    if (safeMethods.has(method)) return;
    const { origin } = headers;
    if (origin !== undefined && this.trusted.has(origin)) return;
    const site = headers['sec-fetch-site'];
    const isOurs = site === undefined ? origin === undefined : site === 'same-origin' || site === 'none';
    if (!isOurs) throw new AppError('auth.csrf');
  }
}
