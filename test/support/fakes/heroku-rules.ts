import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Ajv } from 'ajv';

/** An error response of Heroku: https://devcenter.heroku.com/articles/platform-api-reference#errors */
export class HerokuRefusal extends Error {
  constructor(
    readonly status: number,
    readonly id: string,
    message: string,
  ) {
    super(message);
  }
}

const invalid = (message: string) => new HerokuRefusal(422, 'invalid_params', message);
const ajv = new Ajv({ allowUnionTypes: true });
const object = (properties: Record<string, object>) =>
  ajv.compile({
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  });

/** The `schema` of the links "create" and "update" of sni-endpoint, and "update" of domain, in api.heroku.com/schema. */
const schemas = {
  certificate: object({ certificate_chain: { type: 'string' }, private_key: { type: 'string' } }),
  attachment: object({ sni_endpoint: { type: ['null', 'string'] } }),
};

export interface UploadedCertificate {
  chain: string;
  key: string;
  leaf: X509Certificate;
}

export function checkHeaders({ headers, method }: IncomingMessage, apiKey: string): void {
  if (headers.authorization !== `Bearer ${apiKey}`) {
    throw new HerokuRefusal(401, 'unauthorized', `Invalid credentials provided: ${headers.authorization}`);
  }
  if (headers.accept !== 'application/vnd.heroku+json; version=3') {
    throw new HerokuRefusal(406, 'not_acceptable', 'Set the Accept header.');
  }
  if (method !== 'GET' && headers['content-type'] !== 'application/json') {
    throw new HerokuRefusal(400, 'bad_request', 'A body must be JSON.');
  }
}

export function attachment(body: unknown): string | null {
  if (!schemas.attachment(body)) throw invalid('Require params: sni_endpoint.');
  return (body as { sni_endpoint: string | null }).sni_endpoint;
}

/** Checks that chain and key match. The messages quote the request, so that tests detect callers that repeat them. */
export function certificate(body: unknown): UploadedCertificate {
  if (!schemas.certificate(body)) throw invalid('Require params: certificate_chain, private_key.');
  const { certificate_chain: chain, private_key: key } = body as {
    certificate_chain: string;
    private_key: string;
  };
  const certificates = parsed(() => chainOf(chain), chain);
  const [leaf] = certificates;
  if (leaf === undefined) throw invalid(`No certificate given: ${chain}`);
  const broken = certificates.slice(1).some((issuer, at) => certificates[at]?.checkIssued(issuer) !== true);
  if (broken) throw invalid(`The certificates are not in the order of a chain: ${chain}`);
  if (!leaf.checkPrivateKey(parsed(() => createPrivateKey(key), key))) {
    throw invalid(`Key doesn't match the PEM certificate: ${key}`);
  }
  return { chain, key, leaf };
}

const pem = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;
const chainOf = (chain: string) => (chain.match(pem) ?? []).map((one) => new X509Certificate(one));

function parsed<T>(parse: () => T, text: string): T {
  try {
    return parse();
  } catch {
    throw invalid(`This is not PEM: ${text}`);
  }
}

/** A page of a list, sorted by id: https://devcenter.heroku.com/articles/platform-api-reference#ranges */
export function pageOf<T extends { id: string }>(
  items: T[],
  size: number,
  range: string | undefined,
): { page: T[]; nextRange: string | undefined } {
  const after = range === undefined ? '' : /^id \](\S+)\.\.; max=\d+$/.exec(range)?.[1];
  if (after === undefined) {
    throw new HerokuRefusal(416, 'requested_range_not_satisfiable', 'This range was not offered.');
  }
  const rest = items.filter(({ id }) => id > after).sort((a, b) => (a.id < b.id ? -1 : 1));
  const page = rest.slice(0, size);
  return { page, nextRange: rest.length > size ? `id ]${page.at(-1)?.id}..; max=${size}` : undefined };
}
