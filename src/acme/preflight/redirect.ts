import { isIP } from 'node:net';
import type { PreflightSettings } from './settings.js';
import { visible } from '../../platform/names/visible.js';

export interface Target {
  scheme: 'http' | 'https';
  host: string;
  port: number;
  /** With the query. */
  path: string;
}

export type Redirect = { follow: Target; refused?: undefined } | { refused: string };

type Ports = Pick<PreflightSettings, 'httpPort' | 'httpsPort'>;

/** CA/Browser Forum Baseline Requirements, section 3.2.2.4.19: a CA may follow these, and no others. */
export const followedStatuses: readonly number[] = [301, 302, 307, 308];

/**
 * Where a Location header leads, or why a CA does not go there, in words that follow "a redirect". The rules are
 * Boulder's (letsencrypt.org/docs/challenge-types: to http and https only, ports 80 and 443 only, no IP addresses).
 */
export function redirectFrom(from: Target, location: string, ports: Ports): Redirect {
  const address = `a redirect to ${visible(location)}`;
  const url = parse(location, addressOf(from, ports));
  if (url === undefined) return { refused: `${address}, which is no address` };
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return { refused: `${address}, and CAs follow to http and https only` };
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const port = url.port === '' ? usualPort(scheme, ports) : Number(url.port);
  if (port !== ports.httpPort && port !== ports.httpsPort)
    return { refused: `${address}, and CAs follow to the ports 80 and 443 only` };
  const host = url.hostname.replace(/\.$/, '');
  if (isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0)
    return { refused: `${address}, and CAs follow to names only, not to IP addresses` };
  if (!host.includes('.')) return { refused: `${address}, which is no name of the public DNS` };
  return { follow: { scheme, host, port, path: `${url.pathname}${url.search}` } };
}

function parse(location: string, base: string): URL | undefined {
  try {
    return new URL(location, base);
  } catch {
    return undefined;
  }
}

const usualPort = (scheme: Target['scheme'], ports: Ports): number =>
  scheme === 'https' ? ports.httpsPort : ports.httpPort;

/** As one would type it: without the port where it goes without saying. */
export function addressOf({ scheme, host, port, path }: Target, ports: Ports): string {
  return `${scheme}://${host}${port === usualPort(scheme, ports) ? '' : `:${port}`}${path}`;
}
