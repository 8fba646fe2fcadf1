import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { rootCertificates } from 'node:tls';
import acme, { type Authorization, type Order } from 'acme-client';
import { AcmeProblem, type HttpAnswer, problemIn, problemOf } from './acme-problem.js';

export type { Order };

/** Milliseconds: for one answer of the CA, and between two questions after what it waits for itself. */
const timeout = 30_000;
const shortestPause = 250;
const longestPause = 5000;
const longestWait = 90_000;

interface Options {
  directoryUrl: string;
  /** PEM. */
  accountKey: string;
  contact: string | undefined;
}

/** The file with further CAs that the HTTP client was prepared with. */
let preparedWith: { caBundle: string | undefined } | undefined;

/**
 * Prepares acme-client's one HTTP client for everybody in the process: refusals become `AcmeProblem`, and an outage is not waited
 * out here, because what is under way is written down and tried again later.
 * @param caBundle a PEM file with further CAs @throws Error when it cannot be read
 */
export function prepareAcmeClient(caBundle: string | undefined): void {
  if (preparedWith && preparedWith.caBundle === caBundle) return;
  const { defaults, interceptors } = acme.axios;
  const further = caBundle === undefined ? [] : [readFileSync(caBundle, 'utf8')];
  defaults.httpsAgent = new Agent({ keepAlive: true, ca: [...rootCertificates, ...further] });
  if (!preparedWith) {
    defaults.timeout = timeout;
    Object.assign(defaults, { acmeSettings: { retryMaxAttempts: 0 } });
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
  preparedWith = { caBundle };
}

/** One account at one CA (RFC 8555). Everything here can be asked again. */
export class CertificateAuthority {
  private readonly client: acme.Client;
  private account: Promise<unknown> | undefined;

  constructor(private readonly options: Options) {
    const { directoryUrl, accountKey } = options;
    this.client = new acme.Client({ directoryUrl, accountKey });
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

  /** Has the CA look; what it sees shows in the order. */
  async prove({ status, ...challenge }: Authorization['challenges'][number]): Promise<void> {
    if (status === 'pending') await this.client.completeChallenge({ status, ...challenge });
  }

  finalize(order: Order, csr: Buffer): Promise<Order> {
    return this.client.finalizeOrder(order, csr);
  }

  /** The order, once the CA has looked at what it was given. @throws AcmeProblem why it refuses; Error after a minute and a half */
  async settled(url: string): Promise<Order> {
    for (let pause = shortestPause, waited = 0; waited < longestWait; waited += pause) {
      const order = await this.order(url);
      if (order.status === 'invalid') throw await this.refusal(order);
      if (order.status !== 'pending' && order.status !== 'processing') return order;
      await sleep(pause);
      pause = Math.min(pause * 2, longestPause);
    }
    throw new Error('The CA takes too long');
  }

  /** PEM, the certificate of the names first. @param order a valid one */
  certificate(order: Order): Promise<string> {
    return this.client.getCertificate(order);
  }

  /** What the CA says of the order, or of the first name that could not be proven (RFC 8555 section 7.1.6). */
  private async refusal(order: Order): Promise<AcmeProblem> {
    const ofOrder = problemOf(order);
    if (ofOrder) return ofOrder;
    for (const { identifier, challenges } of await this.authorizations(order))
      for (const challenge of challenges) {
        const problem = problemOf(challenge);
        if (problem)
          return new AcmeProblem(problem.type, `${identifier.value}: ${problem.detail}`, undefined);
      }
    return new AcmeProblem('orderNotReady', 'the order is invalid, and the CA does not say why', undefined);
  }

  /** Makes the account, or finds it by its key (section 7.3.1). */
  private register(): Promise<unknown> {
    const { contact } = this.options;
    const details = contact === undefined ? {} : { contact: [`mailto:${contact}`] };
    // acme-client updates an account that is there already; with the agreement alone, that is an empty update, which CAs may refuse.
    this.account ??= this.client
      .createAccount({ onlyReturnExisting: true })
      .then(
        () => this.client.updateAccount(details),
        (error: unknown) => {
          if (!(error instanceof AcmeProblem && error.type === 'accountDoesNotExist')) throw error;
          return this.client.createAccount({ termsOfServiceAgreed: true, ...details });
        },
      )
      .catch((error: unknown) => {
        this.account = undefined;
        throw error;
      });
    return this.account;
  }
}
