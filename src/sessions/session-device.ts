import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { plainAddress } from '../platform/http/plain-address.js';

/** Where a session lives, as far as a request tells. */
export interface Device {
  /** The browser or app as it names itself. */
  userAgent: string | undefined;
  address: string;
}

/** Characters. Browsers need about 150. */
const longestUserAgent = 512;

export function deviceOf({ headers, ip }: FastifyRequest): Device {
  return { userAgent: headers['user-agent']?.slice(0, longestUserAgent), address: ip };
}

/**
 * An address as PostgreSQL's `inet` takes it, or nothing: proxies send words, and IPv6 addresses may carry an IPv4 one
 * (RFC 4291 section 2.5.5.2).
 */
export function storableAddress(address: string): string | null {
  const plain = plainAddress(address).replace(/^::ffff:(?=[\d.]+$)/i, '');
  return isIP(plain) === 0 ? null : plain;
}
