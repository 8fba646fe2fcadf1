import { X509Certificate } from 'node:crypto';
import {
  CertificateHost,
  type CertificateIdentity,
  type CheckResult,
  HostError,
  type IssuedCertificate,
} from './certificate-host.js';
import { type HerokuAccess, HerokuClient } from './heroku-client.js';
import { checkServedCertificate, type TlsAddress } from './tls-probe.js';

export interface HerokuOptions extends HerokuAccess {
  /** Where `check` connects to, instead of the names themselves. */
  checkAddress?: TlsAddress;
}

const httpsPort = 443;

/**
 * An app on Heroku: its certificates are SNI endpoints, and each domain of the app is attached to one of them.
 * https://devcenter.heroku.com/articles/platform-api-reference#sni-endpoint-create, #sni-endpoint-update, #domain-update
 */
export class HerokuHost extends CertificateHost {
  private readonly heroku: HerokuClient;

  constructor(private readonly options: HerokuOptions) {
    super();
    this.heroku = new HerokuClient(options);
  }

  async deploy(certificate: IssuedCertificate): Promise<void> {
    const domains = (await this.heroku.list('domains')).map(parseDomain);
    const ours = domainsOf(certificate, domains, this.options.app);
    const endpoints = (await this.heroku.list('sni-endpoints')).map(parseSniEndpoint);
    const endpoint = await this.upload(certificate, findReplaceable(endpoints, domains, certificate.names));
    for (const { hostname } of ours.filter((each) => each.endpoint !== endpoint)) {
      await this.heroku.send('PATCH', `domains/${encodeURIComponent(hostname)}`, { sni_endpoint: endpoint });
    }
  }

  async check(certificate: CertificateIdentity): Promise<CheckResult> {
    return checkServedCertificate(
      certificate,
      (name) => this.options.checkAddress ?? { host: name, port: httpsPort },
    );
  }

  /** Returns the id of the endpoint that holds the certificate. */
  private async upload({ chain, key }: IssuedCertificate, present?: SniEndpoint): Promise<string> {
    const content = { certificate_chain: chain, private_key: key };
    if (present === undefined)
      return parseSniEndpoint(await this.heroku.send('POST', 'sni-endpoints', content)).id;
    if (present.fingerprint === undefined || present.fingerprint !== fingerprintOf(chain)) {
      await this.heroku.send('PATCH', `sni-endpoints/${encodeURIComponent(present.id)}`, content);
    }
    return present.id;
  }
}

/** @throws HostError for a name that is not a domain of the app, before anything changes */
function domainsOf({ names }: IssuedCertificate, domains: Domain[], app: string): Domain[] {
  const found = names.map((name) => domains.find(({ hostname }) => hostname === name));
  const missing = names.filter((_name, at) => found[at] === undefined);
  if (missing.length === 0) return found.filter((each) => each !== undefined);
  const verb = missing.length === 1 ? 'is not a domain' : 'are not domains';
  throw new HostError('misconfigured', `${missing.join(', ')} ${verb} of the Heroku app ${app}.`);
}

/** https://devcenter.heroku.com/articles/platform-api-reference#sni-endpoint */
interface SniEndpoint {
  id: string;
  /** Of the leaf; `undefined` if Heroku does not return the chain. */
  fingerprint: string | undefined;
  /** Ids of the attached domains. */
  domains: string[];
  certificateNames: string[];
  /** Managed by Heroku's Automated Certificate Management. */
  managed: boolean;
}

/** https://devcenter.heroku.com/articles/platform-api-reference#domain */
interface Domain {
  id: string;
  hostname: string;
  endpoint: string | undefined;
}

function parseSniEndpoint(value: unknown): SniEndpoint {
  const { id, certificate_chain, domains, ssl_cert } = fields(value);
  const { cert_domains, acm } = fields(ssl_cert ?? {});
  return {
    id: text(id),
    fingerprint: fingerprintOf(certificate_chain),
    domains: texts(domains),
    certificateNames: texts(cert_domains).map((name) => name.toLowerCase()),
    managed: acm === true,
  };
}

function parseDomain(value: unknown): Domain {
  const { id, hostname, sni_endpoint } = fields(value);
  return {
    id: text(id),
    hostname: text(hostname).toLowerCase(),
    endpoint: sni_endpoint ? text(fields(sni_endpoint).id) : undefined,
  };
}

/**
 * The endpoint that a renewed certificate for these names may replace: the one that serves them, else an unattached one
 * for no other names, as a killed attempt leaves it. An endpoint that also serves other domains is never replaced.
 */
function findReplaceable(
  endpoints: SniEndpoint[],
  domains: Domain[],
  names: readonly string[],
): SniEndpoint | undefined {
  const servedBy = (endpoint: SniEndpoint) =>
    domains.filter((each) => each.endpoint === endpoint.id || endpoint.domains.includes(each.id));
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

const invalidResponse = () =>
  new HostError('unavailable', "Heroku's response does not match its API reference.");

function fields(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw invalidResponse();
  return value as Record<string, unknown>;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw invalidResponse();
  return value;
}

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(text) : []);

/** Of the first certificate in the chain. */
function fingerprintOf(chain: unknown): string | undefined {
  try {
    return typeof chain === 'string' ? new X509Certificate(chain).fingerprint256 : undefined;
  } catch {
    return undefined;
  }
}
