import type { HttpConfig } from '../../common/config/http.config.js';
import { loopbackOrigin } from '../../common/config/validators.js';
import { siteOf } from '../../common/http/origins.js';
import type { Check } from '../check.js';
import { type Facts, NothingToCheck } from '../facts.js';

/** @throws NothingToCheck without CORS_ORIGINS or PUBLIC_URL */
function origins(facts: Facts): Pick<HttpConfig, 'publicUrl' | 'corsOrigins'> {
  const http = facts.settings('http');
  if (http.corsOrigins.length === 0) throw new NothingToCheck('CORS_ORIGINS is not set');
  if (!http.isPublicUrlSet) throw new NothingToCheck('PUBLIC_URL is not set');
  return http;
}

/** Pages in development: not those of users, and a port `*` makes no URL. */
const isLoopback = (origin: string): boolean => loopbackOrigin.test(origin);

/** Session cookies are SameSite: browsers do not send them from pages of another site. */
export const cookieSite: Check = {
  id: 'edge.cookie_site',
  area: 'edge',
  atStart: true,
  async find(facts) {
    const { publicUrl, corsOrigins } = origins(facts);
    const site = siteOf(publicUrl);
    const others = corsOrigins.filter(
      // Another scheme is a finding of its own.
      (origin) =>
        !isLoopback(origin) &&
        new URL(origin).protocol === publicUrl.protocol &&
        siteOf(new URL(origin)) !== site,
    );
    const [first] = others;
    if (first === undefined) return undefined;
    return {
      severity: 'warning',
      title: `${others.join(', ')} of CORS_ORIGINS and PUBLIC_URL, ${publicUrl.host}, are different sites.`,
      effect:
        'Browsers do not send the session cookie from these pages, and Usher refuses their sign-ins with one (auth.cookie_cross_site). Sign-in with tokens works.',
      remedy: `PUBLIC_URL=https://auth.${new URL(first).hostname.replace(/^(www|app)\./, '')} # an address of Usher under the domain of the pages`,
      changeable: true,
    };
  },
};

export const originScheme: Check = {
  id: 'edge.origin_scheme',
  area: 'edge',
  atStart: true,
  async find(facts) {
    const { publicUrl, corsOrigins } = origins(facts);
    if (publicUrl.protocol !== 'https:') throw new NothingToCheck('PUBLIC_URL has no https');
    const plain = corsOrigins.filter((origin) => origin.startsWith('http:') && !isLoopback(origin));
    if (plain.length === 0) return undefined;
    const right = corsOrigins.map((origin) =>
      plain.includes(origin) ? origin.replace(/^http:/, 'https:') : origin,
    );
    return {
      severity: 'warning',
      title: `${plain.join(', ')} of CORS_ORIGINS has no https.`,
      effect: 'Whoever can change what the network carries can use the sessions of users of these pages.',
      remedy: `CORS_ORIGINS=${[...new Set(right)].join(',')}`,
      changeable: true,
    };
  },
};
