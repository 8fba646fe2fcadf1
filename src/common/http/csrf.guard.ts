import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type HttpConfig, httpConfig } from '../config/http.config.js';
import { AppError } from '../errors/app-error.js';
import { originRule, siteOf } from './origins.js';

/** RFC 9110 section 9.2.1. */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses cross-site requests by `Sec-Fetch-Site` (Fetch Metadata) or, for older browsers, `Origin`. A request with neither does
 * not come from a browser. The rules are those of `CrossOriginProtection` of Go's net/http
 * (https://pkg.go.dev/net/http#CrossOriginProtection), with origins from the configuration instead of `Host`.
 */
@Injectable()
export class CsrfGuard {
  private readonly isAllowed: (origin: string) => boolean;
  private readonly site: string;
  private readonly origin: string;

  constructor(@Inject(httpConfig.KEY) http: HttpConfig) {
    this.isAllowed = originRule(http);
    this.site = siteOf(http.publicUrl);
    this.origin = http.publicUrl.origin;
  }

  /** For requests that carry the session cookie or request one. @throws AppError `auth.csrf` */
  check({ method, headers }: FastifyRequest): void {
    if (safeMethods.has(method)) return;
    const { origin } = headers;
    if (origin !== undefined && this.isAllowed(origin)) return;
    const site = headers['sec-fetch-site'];
    const isOurs = site === undefined ? origin === undefined : site === 'same-origin' || site === 'none';
    if (!isOurs) throw new AppError('auth.csrf');
  }

  /**
   * For forms of the hosted pages, which only their own origin may send.
   * @throws AppError `auth.csrf`
   */
  checkSameOrigin({ headers }: FastifyRequest): void {
    const { origin, 'sec-fetch-site': site } = headers;
    const isOurs =
      site === undefined
        ? origin === undefined || origin === this.origin
        : site === 'same-origin' || site === 'none' || origin === this.origin;
    if (!isOurs) throw new AppError('auth.csrf');
  }

  /**
   * For a request that asks for the session cookie. A browser drops a cookie with SameSite=Lax from another site's request, and the
   * next request would be refused for no visible reason.
   * @throws AppError `auth.csrf`, `auth.cookie_cross_site`
   */
  checkCookieSignIn(request: FastifyRequest): void {
    this.check(request);
    const { origin, 'sec-fetch-site': site } = request.headers;
    const isCrossSite =
      site === undefined
        ? origin !== undefined && siteOf(new URL(origin)) !== this.site
        : site === 'cross-site';
    if (isCrossSite) throw new AppError('auth.cookie_cross_site');
  }
}
