import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { rootCertificates } from 'node:tls';
import acme, { type Authorization, type Order } from 'acme-client';
import { type HttpAnswer, problemIn } from './acme-problem.js';

export type { Order };

/** Milliseconds for one answer of the CA. */
const timeout = 30_000;

interface Options {
  directoryUrl: string;
  /** PEM. */
  accountKey: string;
  contact: string | undefined;
}

/**
 * Prepares acme-client's one HTTP client for everybody in the process: refusals become `AcmeProblem`, and an outage is not waited
 * out here, because what is under way is written down and tried again later.
 * @param caBundle a PEM file with further CAs @throws Error when it cannot be read
 */
export function prepareAcmeClient(caBundle: string | undefined): void {
  const { defaults, interceptors } = acme.axios;
  const further = caBundle === undefined ? [] : [readFileSync(caBundle, 'utf8')];
  defaults.httpsAgent = new Agent({ keepAlive: true, ca: [...rootCertificates, ...further] });
  if (prepared) return;
  prepared = true;
  defaults.timeout = timeout;
  Object.assign(defaults, { acmeSettings: { retryMaxAttempts: 1, retryDefaultDelay: 1 } });
  interceptors.response.use(
    (response) => {
      const problem = problemIn(response as HttpAnswer);
      if (problem) throw problem;
      return response;
    },
    // acme-client stumbles over its own feet where there is no answer at all.
    () => Promise.reject(new Error('The CA does not answer')),
  );
}

let prepared = false;

/** One account at one CA (RFC 8555). Everything here can be asked again. */
export class CertificateAuthority {
  private readonly client: acme.Client;
  private account: Promise<unknown> | undefined;

  constructor(private readonly options: Options) {
    const { directoryUrl, accountKey } = options;
    this.client = new acme.Client({
      ...{ directoryUrl, accountKey },
      ...{ backoffAttempts: 20, backoffMin: 250, backoffMax: 5000 },
    });
  }

  /** @param replaces the certificate that the new one takes the place of (RFC 9773 section 5), by its identifier there */
  async newOrder(names: readonly string[], replaces?: string): Promise<Order> {
    await this.register();
    const identifiers = names.map((value) => ({ type: 'dns', value }));
    const request = { identifiers, ...(replaces !== undefined && { replaces }) };
    return this.client.createOrder(request);
  }

  async order(url: string): Promise<Order> {
    await this.register();
    return this.client.getOrder({ url } as Order);
  }

  authorizations(order: Order): Promise<Authorization[]> {
    return this.client.getAuthorizations(order);
  }

  /** What `/.well-known/acme-challenge/TOKEN` has to answer. */
  async challengeOf({ challenges, identifier }: Authorization) {
    const challenge = challenges.find(({ type }) => type === 'http-01');
    if (!challenge) throw new Error(`The CA offers no http-01 challenge for ${identifier.value}`);
    const keyAuthorization = await this.client.getChallengeKeyAuthorization(challenge);
    return { challenge, token: challenge.token, keyAuthorization };
  }

  /** Has the CA look, and waits for what it says. @throws Error with the CA's reason */
  async prove(
    authorization: Authorization,
    { challenge }: { challenge: Authorization['challenges'][number] },
  ) {
    if (challenge.status === 'pending') await this.client.completeChallenge(challenge);
    await this.client.waitForValidStatus(authorization);
  }

  finalize(order: Order, csr: Buffer): Promise<Order> {
    return this.client.finalizeOrder(order, csr);
  }

  /** PEM, the certificate of the names first. */
  async certificate(order: Order): Promise<string> {
    return this.client.getCertificate(await this.client.waitForValidStatus(order));
  }

  /** Makes the account, or finds it by its key (section 7.3.1). */
  private register(): Promise<unknown> {
    const { contact } = this.options;
    this.account ??= this.client
      .createAccount({
        termsOfServiceAgreed: true,
        ...(contact !== undefined && { contact: [`mailto:${contact}`] }),
      })
      .catch((error: unknown) => {
        this.account = undefined;
        throw error;
      });
    return this.account;
  }
}
