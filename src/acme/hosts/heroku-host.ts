import {
  CertificateHost,
  type CheckResult,
  type IssuedCertificate,
  type Served,
} from './certificate-host.js';
import { checkEachName } from './check-each-name.js';
import { type HerokuAccess, HerokuClient } from './heroku-client.js';
import {
  type Domain,
  domain,
  fingerprint,
  replaceable,
  type SniEndpoint,
  sniEndpoint,
} from './heroku-resources.js';
import { HostError } from './host-error.js';
import type { TlsAddress } from './served-serial.js';

export interface HerokuOptions extends HerokuAccess {
  /** Where `check` asks for the names, instead of at the names themselves. */
  checkAddress?: TlsAddress;
}

const httpsPort = 443;

/**
 * An app on Heroku. Its certificates are SNI endpoints; each domain of the app is attached to one of them.
 * https://devcenter.heroku.com/articles/platform-api-reference#sni-endpoint-create, #sni-endpoint-update, #domain-update
 */
export class HerokuHost extends CertificateHost {
  private readonly heroku: HerokuClient;

  constructor(private readonly options: HerokuOptions) {
    super();
    this.heroku = new HerokuClient(options);
  }

  async deploy(certificate: IssuedCertificate): Promise<void> {
    const domains = (await this.heroku.list('domains')).map(domain);
    const ours = domainsOf(certificate, domains, this.options.app);
    const endpoints = (await this.heroku.list('sni-endpoints')).map(sniEndpoint);
    const endpoint = await this.upload(certificate, replaceable(endpoints, domains, certificate.names));
    for (const { hostname } of ours.filter((each) => each.endpoint !== endpoint)) {
      await this.heroku.send('PATCH', `domains/${encodeURIComponent(hostname)}`, { sni_endpoint: endpoint });
    }
  }

  async check(certificate: Served): Promise<CheckResult> {
    return checkEachName(certificate, (name) => this.options.checkAddress ?? { host: name, port: httpsPort });
  }

  /** @returns the id of the endpoint that has the certificate now */
  private async upload({ chain, key }: IssuedCertificate, present?: SniEndpoint): Promise<string> {
    const content = { certificate_chain: chain, private_key: key };
    if (present === undefined)
      return sniEndpoint(await this.heroku.send('POST', 'sni-endpoints', content)).id;
    if (present.fingerprint === undefined || present.fingerprint !== fingerprint(chain)) {
      await this.heroku.send('PATCH', `sni-endpoints/${encodeURIComponent(present.id)}`, content);
    }
    return present.id;
  }
}

/** Before anything is changed: a name that the app does not have can never be served by it. */
function domainsOf({ names }: IssuedCertificate, domains: Domain[], app: string): Domain[] {
  const found = names.map((name) => domains.find(({ hostname }) => hostname === name));
  const missing = names.filter((_name, at) => found[at] === undefined);
  if (missing.length === 0) return found.filter((each) => each !== undefined);
  const which = missing.length === 1 ? 'is no domain' : 'are no domains';
  throw new HostError('misconfigured', `${missing.join(', ')} ${which} of the Heroku app ${app}.`);
}
