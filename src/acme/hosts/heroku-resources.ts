import { X509Certificate } from 'node:crypto';
import { HostError } from './host-error.js';

/** https://devcenter.heroku.com/articles/platform-api-reference#sni-endpoint, as far as it matters here. */
export interface SniEndpoint {
  id: string;
  /** Of the leaf it serves; `undefined` where Heroku does not show it. */
  fingerprint: string | undefined;
  /** Ids of the domains it serves. */
  domains: string[];
  /** The names of its certificate. */
  certificateNames: string[];
  /** Heroku renews it by itself (Automated Certificate Management). */
  managed: boolean;
}

/** https://devcenter.heroku.com/articles/platform-api-reference#domain */
export interface Domain {
  id: string;
  hostname: string;
  endpoint: string | undefined;
}

export function sniEndpoint(value: unknown): SniEndpoint {
  const { id, certificate_chain, domains, ssl_cert } = fields(value);
  const { cert_domains, acm } = fields(ssl_cert ?? {});
  return {
    id: text(id),
    fingerprint: fingerprint(certificate_chain),
    domains: texts(domains),
    certificateNames: texts(cert_domains).map((name) => name.toLowerCase()),
    managed: acm === true,
  };
}

export function domain(value: unknown): Domain {
  const { id, hostname, sni_endpoint } = fields(value);
  return {
    id: text(id),
    hostname: text(hostname).toLowerCase(),
    endpoint: sni_endpoint ? text(fields(sni_endpoint).id) : undefined,
  };
}

/**
 * The endpoint that a renewed certificate for these names may replace: the one that serves them; else one that serves
 * nothing and is for no other names, as an attempt that was killed leaves it. An endpoint that serves other domains
 * too (with a wildcard certificate, say) is left alone, because those would lose theirs.
 */
export function replaceable(
  endpoints: SniEndpoint[],
  domains: Domain[],
  names: readonly string[],
): SniEndpoint | undefined {
  const servedBy = (endpoint: SniEndpoint) =>
    domains.filter(({ id, endpoint: its }) => its === endpoint.id || endpoint.domains.includes(id));
  const ours = endpoints.filter(
    (endpoint) => !endpoint.managed && servedBy(endpoint).every(({ hostname }) => names.includes(hostname)),
  );
  return (
    ours.find((endpoint) => servedBy(endpoint).length > 0) ??
    ours.find(
      ({ certificateNames }) =>
        certificateNames.length > 0 && certificateNames.every((name) => names.includes(name)),
    )
  );
}

const notUnderstood = () =>
  new HostError('unavailable', "Heroku's answer is not what its API reference describes.");

function fields(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw notUnderstood();
  return value as Record<string, unknown>;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw notUnderstood();
  return value;
}

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(text) : []);

/** Of the first certificate of a chain. */
export function fingerprint(chain: unknown): string | undefined {
  try {
    return typeof chain === 'string' ? new X509Certificate(chain).fingerprint256 : undefined;
  } catch {
    return undefined;
  }
}
