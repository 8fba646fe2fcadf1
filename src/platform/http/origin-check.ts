import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Config } from '../config/config.js';
import { AppError } from '../errors/app-error.js';

/** They change nothing (RFC 9110 section 9.2.1). */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * The defence against requests that another site makes in the name of a browser with our cookie. Browsers say where a
 * request comes from, and pages cannot make them lie: `Sec-Fetch-Site` (Fetch Metadata), or `Origin` from older ones.
 * What carries neither is no browser. The same rules as `CrossOriginProtection` of Go's net/http
 * (https://pkg.go.dev/net/http#CrossOriginProtection), but compared with our configuration and never with `Host`.
 */
@Injectable()
export class OriginCheck {
  private readonly trusted: ReadonlySet<string>;

  constructor({ http }: Config) {
    this.trusted = new Set([http.publicUrl.origin, ...http.corsOrigins]);
  }

  /** For requests that carry the session cookie or ask for one. @throws AppError `auth.csrf` */
  check({ method, headers }: FastifyRequest): void {
    if (safeMethods.has(method)) return;
    const { origin } = headers;
    if (origin !== undefined && this.trusted.has(origin)) return;
    const site = headers['sec-fetch-site'];
    const isOurs = site === undefined ? origin === undefined : site === 'same-origin' || site === 'none';
    if (!isOurs) throw new AppError('auth.csrf');
  }
}
