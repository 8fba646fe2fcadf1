import { getDomain } from 'tldts';
import type { HttpConfig } from '../config/http.config.js';
import { loopbackOrigin, withAnyPort } from '../config/validators.js';

/** Whether pages of an origin may call the API from a browser: that of PUBLIC_URL and those of CORS_ORIGINS. */
export function originRule({
  publicUrl,
  corsOrigins,
}: Pick<HttpConfig, 'publicUrl' | 'corsOrigins'>): (origin: string) => boolean {
  const allowed = new Set([publicUrl.origin, ...corsOrigins]);
  return (origin) =>
    !origin.includes('*') &&
    (allowed.has(origin) || (loopbackOrigin.test(origin) && allowed.has(withAnyPort(origin))));
}

/**
 * The schemeful site by which browsers decide on SameSite cookies: scheme and registrable domain, without the port
 * (https://html.spec.whatwg.org/multipage/browsers.html#sites). A host without such a domain is a site of its own.
 */
export function siteOf({ protocol, hostname }: URL): string {
  return `${protocol}//${getDomain(hostname, { allowPrivateDomains: true }) ?? hostname}`;
}
