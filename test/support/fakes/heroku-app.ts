import { randomUUID } from 'node:crypto';
import type { IssuedCertificate } from '../../../src/acme/hosts/certificate-host.js';
import * as rules from './heroku-rules.js';
import { HerokuRefusal, type UploadedCertificate } from './heroku-rules.js';

interface Endpoint extends UploadedCertificate {
  id: string;
  name: string;
  acm: boolean;
}

interface Domain {
  id: string;
  hostname: string;
  endpoint: Endpoint | undefined;
}

export interface ApiRequest {
  method: string;
  kind: string;
  identity: string | undefined;
  range: string | undefined;
  body: unknown;
}

interface ApiAnswer {
  status: number;
  content: unknown;
  nextRange?: string | undefined;
}

/** The domains and SNI endpoints of one app, with the operations of the Platform API. */
export class HerokuApp {
  /** Page size of lists. */
  pageSize = 200;
  private readonly endpoints: Endpoint[] = [];
  private readonly domains: Domain[];

  constructor(hostnames: string[]) {
    this.domains = hostnames.map((hostname) => ({ id: randomUUID(), hostname, endpoint: undefined }));
  }

  /** A manual change at Heroku. */
  add({ chain, key }: IssuedCertificate, hostnames: string[], acm = false): string {
    const endpoint = this.create(rules.certificate({ certificate_chain: chain, private_key: key }), acm);
    for (const domain of this.domains) if (hostnames.includes(domain.hostname)) domain.endpoint = endpoint;
    return endpoint.id;
  }

  /** The SNI endpoints with their domains. */
  state(): { id: string; serial: string; hostnames: string[] }[] {
    return this.endpoints.map((endpoint) => ({
      id: endpoint.id,
      serial: endpoint.leaf.serialNumber,
      hostnames: this.attachedTo(endpoint).map(({ hostname }) => hostname),
    }));
  }

  /** The certificate that is served for this name. */
  servedTo(name: string): UploadedCertificate | undefined {
    return this.domains.find(({ hostname }) => hostname === name)?.endpoint;
  }

  answer({ method, kind, identity, range, body }: ApiRequest): ApiAnswer {
    switch (`${method} ${kind}${identity === undefined ? '' : '/:identity'}`) {
      case 'GET domains':
        return this.list(this.domains.map(domainJson), range);
      case 'GET sni-endpoints':
        return this.list(
          this.endpoints.map((endpoint) => this.endpointJson(endpoint)),
          range,
        );
      case 'POST sni-endpoints':
        return { status: 201, content: this.endpointJson(this.create(rules.certificate(body))) };
      case 'PATCH sni-endpoints/:identity':
        return { status: 200, content: this.endpointJson(this.update(this.endpoint(identity), body)) };
      case 'PATCH domains/:identity':
        return { status: 200, content: domainJson(this.attach(this.domain(identity), body)) };
      default:
        throw notFound('The requested API endpoint was not found.');
    }
  }

  private create(uploaded: UploadedCertificate, acm = false): Endpoint {
    const endpoint = { ...uploaded, id: randomUUID(), name: `tokyo-${this.endpoints.length}`, acm };
    this.endpoints.push(endpoint);
    return endpoint;
  }

  private update(endpoint: Endpoint, body: unknown): Endpoint {
    if (endpoint.acm)
      throw new HerokuRefusal(422, 'invalid_params', 'Heroku renews this certificate by itself.');
    return Object.assign(endpoint, rules.certificate(body));
  }

  private attach(domain: Domain, body: unknown): Domain {
    const wanted = rules.attachment(body);
    domain.endpoint = wanted === null ? undefined : this.endpoint(wanted);
    return domain;
  }

  private list<T extends { id: string }>(items: T[], range: string | undefined): ApiAnswer {
    const { page, nextRange } = rules.pageOf(items, this.pageSize, range);
    return { status: nextRange === undefined ? 200 : 206, content: page, nextRange };
  }

  private attachedTo(endpoint: Endpoint): Domain[] {
    return this.domains.filter((domain) => domain.endpoint === endpoint);
  }

  private endpoint(identity: string | undefined): Endpoint {
    const found = this.endpoints.find(({ id, name }) => id === identity || name === identity);
    if (found === undefined) throw notFound("Couldn't find that SNI endpoint.");
    return found;
  }

  private domain(identity: string | undefined): Domain {
    const found = this.domains.find(({ id, hostname }) => id === identity || hostname === identity);
    if (found === undefined) throw notFound("Couldn't find that domain name.");
    return found;
  }

  /** For certificates that Heroku renews itself only the names are shown. */
  private endpointJson(endpoint: Endpoint) {
    const { id, name, chain, leaf, acm } = endpoint;
    const names = (leaf.subjectAltName ?? '').split(', ').map((each) => each.replace(/^DNS:/, ''));
    return {
      id,
      name,
      certificate_chain: acm ? null : chain,
      domains: this.attachedTo(endpoint).map((domain) => domain.id),
      ssl_cert: { acm, cert_domains: names, 'self_signed?': false },
    };
  }
}

export const notFound = (message: string) => new HerokuRefusal(404, 'not_found', message);

const domainJson = ({ id, hostname, endpoint }: Domain) => ({
  id,
  hostname,
  kind: 'custom',
  sni_endpoint: endpoint ? { id: endpoint.id, name: endpoint.name } : null,
});
