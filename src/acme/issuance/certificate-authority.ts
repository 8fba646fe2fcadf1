import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSecureContext, rootCertificates } from 'node:tls';
import { AuthorityKeyIdentifierExtension, X509Certificate } from '@peculiar/x509';
import acme, { type Authorization, type Order } from 'acme-client';
import { SingleFlight } from '../../common/concurrency/single-flight.js';
import {
  AcmeError,
  errorFromProblem,
  errorFromResponse,
  type HttpResponse,
  parseRetryAfter,
} from './acme-error.js';

export type { Order };

/** Milliseconds. */
const minPollInterval = 250;
const maxPollInterval = 5000;
const pollTimeout = 90_000;

/** Order states that can lead to a certificate (RFC 8555 section 7.1.6). */
const waiting = ['pending', 'processing'];
const alive = [...waiting, 'ready', 'valid'];

/** Errors in orders and challenges are final. */
const refused = { status: 403, retryAfter: undefined };

interface Options {
  directoryUrl: string;
  /** PEM. */
  accountKey: string;
  contact: string | undefined;
  /** A PEM file with additional trusted CAs. */
  caBundle: string | undefined;
}

/** One account at one CA (RFC 8555). Every method can be repeated. */
export class CertificateAuthority {
  private readonly client: acme.Client;
  private readonly account = new SingleFlight<unknown>(Infinity);

  /** @throws Error if the CA bundle cannot be read */
  constructor(private readonly options: Options) {
    const { directoryUrl, accountKey, caBundle } = options;
    configureHttpClient(caBundle);
    this.client = new acme.Client({ directoryUrl, accountKey });
  }

  /** Creates the account, or finds it by its key (RFC 8555 section 7.3.1). Must precede all other calls. */
  ensureAccount(): Promise<unknown> {
    const { contact } = this.options;
    const details = contact === undefined ? {} : { contact: [`mailto:${contact}`] };
    // createAccount alone would update an existing account with an empty request, which CAs may refuse.
    return this.account.run(() =>
      this.client.createAccount({ onlyReturnExisting: true }).then(
        () => this.client.updateAccount(details),
        (error: unknown) => {
          if (!(error instanceof AcmeError && error.type === 'accountDoesNotExist')) throw error;
          return this.client.createAccount({ termsOfServiceAgreed: true, ...details });
        },
      ),
    );
  }

  /** @param replaces the identifier of the certificate that the new one replaces (RFC 9773 section 5) */
  async createOrder(names: readonly string[], replaces?: string): Promise<Order> {
    const identifiers = names.map((value) => ({ type: 'dns', value }));
    const request = { identifiers, ...(replaces !== undefined && { replaces }) };
    return this.client.createOrder(request);
  }

  /** @throws AcmeError also for an order that cannot lead to a certificate any more */
  async getOrder(url: string): Promise<Order> {
    const order = await this.client.getOrder({ url } as Order);
    const { status } = order as { status: unknown };
    if (typeof status !== 'string') throw new Error("The CA's response is not an ACME order");
    if (alive.includes(status)) return order;
    throw await this.orderError(order);
  }

  getAuthorizations(order: Order): Promise<Authorization[]> {
    return this.client.getAuthorizations(order);
  }

  /** Returns the http-01 challenge of an authorization, with the key authorization to publish for its token. */
  async getHttpChallenge({ challenges, identifier }: Authorization) {
    const challenge = challenges.find(({ type }) => type === 'http-01');
    if (!challenge) throw new Error(`The CA offers no http-01 challenge for ${identifier.value}`);
    const keyAuthorization = await this.client.getChallengeKeyAuthorization(challenge);
    return { challenge, token: challenge.token, keyAuthorization };
  }

  /** Requests the validation of a challenge; the order shows the result. */
  async requestValidation({ status, ...challenge }: Authorization['challenges'][number]): Promise<void> {
    if (status === 'pending') await this.client.completeChallenge({ status, ...challenge });
  }

  finalizeOrder(order: Order, csr: Buffer): Promise<Order> {
    return this.client.finalizeOrder(order, csr);
  }

  /**
   * Polls an order until it reaches this state or a later one.
   * @throws AcmeError the CA's reason; Error after 90 s; the reason of the signal
   */
  async pollOrder(url: string, state: 'ready' | 'valid', signal: AbortSignal): Promise<Order> {
    const before = state === 'ready' ? waiting : [...waiting, 'ready'];
    for (let interval = minPollInterval, waited = 0; waited < pollTimeout; waited += interval) {
      const order = await this.getOrder(url);
      if (!before.includes(order.status)) return order;
      await sleep(interval, undefined, { signal });
      interval = Math.min(interval * 2, maxPollInterval);
    }
    throw new Error(`The CA did not process the order within ${pollTimeout / 1000} s`);
  }

  /** Returns the chain of a valid order as PEM, leaf first. */
  async downloadCertificate(order: Order): Promise<string> {
    if (order.certificate === undefined) throw new Error('The order of the CA has no certificate URL');
    return this.client.getCertificate(order);
  }

  /** The error of the order, or of the first name whose validation failed (RFC 8555 section 7.1.6). */
  private async orderError(order: Order): Promise<AcmeError> {
    const error = errorFromProblem(order.error, refused);
    if (error) return error;
    for (const { identifier, challenges } of await this.getAuthorizations(order))
      for (const challenge of challenges) {
        const failed = errorFromProblem(challenge.error, refused);
        if (failed) return new AcmeError(failed.type, `${identifier.value}: ${failed.detail}`, refused);
      }
    return new AcmeError(
      'orderNotReady',
      `the order is ${order.status}, and the CA gives no reason`,
      refused,
    );
  }
}

/** The CA's suggestion when to renew a certificate (RFC 9773 section 4.2). */
export interface RenewalInfo {
  window: { start: Date; end: Date };
  /** Seconds until the next request, if the CA sets them. */
  retryAfter: number | undefined;
  /** A page that explains the suggestion. */
  explanationUrl: string | undefined;
}

/**
 * Returns `undefined` for a CA without renewal information, and for an invalid response.
 * @throws Error if the CA cannot be reached
 */
export async function fetchRenewalInfo(
  { directoryUrl, caBundle }: Pick<Options, 'directoryUrl' | 'caBundle'>,
  identifier: string,
): Promise<RenewalInfo | undefined> {
  configureHttpClient(caBundle);
  const directory = (await acme.axios.get<{ renewalInfo?: unknown }>(directoryUrl)).data;
  if (typeof directory.renewalInfo !== 'string') return undefined;
  const { data, headers } = await acme.axios.get<unknown>(`${directory.renewalInfo}/${identifier}`, {
    // The interceptor turns error responses into an `AcmeError`.
    validateStatus: null,
  });
  const { suggestedWindow, explanationURL } = Object(data) as Record<string, unknown>;
  const window = parseWindow(suggestedWindow);
  if (!window) return undefined;
  const hasExplanation = typeof explanationURL === 'string' && URL.canParse(explanationURL);
  return {
    window,
    retryAfter: parseRetryAfter(headers['retry-after']),
    explanationUrl: hasExplanation ? explanationURL : undefined,
  };
}

function parseWindow(window: unknown): RenewalInfo['window'] | undefined {
  const { start, end } = Object(window) as { start?: unknown; end?: unknown };
  const [from, to] = [start, end].map((time) => new Date(typeof time === 'string' ? time : NaN));
  if (!from || !to || !(from.getTime() <= to.getTime())) return undefined;
  return { start: from, end: to };
}

/** Returns the identifier of a certificate: issuer key and serial number (RFC 9773 section 4.1); `undefined` for invalid PEM. */
export function renewalIdentifier(chain: string): string | undefined {
  try {
    const certificate = new X509Certificate(chain);
    const issuerKey = certificate.getExtension(AuthorityKeyIdentifierExtension)?.keyId;
    return issuerKey && [issuerKey, derInteger(certificate.serialNumber)].map(base64url).join('.');
  } catch {
    return undefined;
  }
}

/** In DER, a positive number that begins with a one bit has a leading zero byte (X.690 section 8.3). */
const derInteger = (hexadecimal: string): string => (/^[89a-f]/i.test(hexadecimal) ? '00' : '') + hexadecimal;

const base64url = (hexadecimal: string): string => Buffer.from(hexadecimal, 'hex').toString('base64url');

const requestTimeoutMs = 30_000;
const maxResponseBytes = 1_000_000;

let configuredWith: { caBundle: string | undefined } | undefined;

/**
 * Configures acme-client's HTTP client, of which the process has only one: error responses become an `AcmeError`, and
 * outages are not waited for, because the order is saved and continued later.
 * @throws Error if the CA bundle cannot be read
 */
function configureHttpClient(caBundle: string | undefined): void {
  if (configuredWith && configuredWith.caBundle === caBundle) return;
  const { defaults, interceptors } = acme.axios;
  // Made once: to parse all root certificates for each connection holds the process for a tenth of a second.
  const secureContext =
    caBundle === undefined
      ? undefined
      : createSecureContext({ ca: [...rootCertificates, readFileSync(caBundle, 'utf8')] });
  // A CA may close an idle connection while a request is being sent on it. A new connection for each request prevents that.
  defaults.httpsAgent = new Agent({ keepAlive: false, ...(secureContext && { secureContext }) });
  if (!configuredWith) {
    Object.assign(defaults, {
      timeout: requestTimeoutMs,
      maxContentLength: maxResponseBytes,
      maxRedirects: 0,
    });
    // acme-client's interceptor retries within the call, obeys any Retry-After, and drops the reason of an outage.
    interceptors.response.clear();
    interceptors.response.use((response) => response, responseOf);
  }
  configuredWith = { caBundle };
}

/** acme-client makes axios reject every response, and checks the status itself. */
function responseOf({ response, code }: { response?: HttpResponse; code?: string }): HttpResponse {
  if (!response) throw new Error(`The CA does not answer (${code ?? 'no answer'})`);
  const error = errorFromResponse(response);
  if (error) throw error;
  return response;
}
