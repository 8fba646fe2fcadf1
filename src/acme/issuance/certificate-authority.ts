import { setTimeout as sleep } from 'node:timers/promises';
import acme, { type Authorization, type Order } from 'acme-client';
import { AcmeProblem, problemOf } from './acme-problem.js';

export type { Order };

/** Milliseconds between two questions after what the CA does for itself, and for all of them. */
const shortestPause = 250;
const longestPause = 5000;
const longestWait = 90_000;

/** Order states (RFC 8555 section 7.1.6) that come to something. */
const waiting = ['pending', 'processing'];
const alive = [...waiting, 'ready', 'valid'];

/** What the challenges and orders of a CA say in their `error` are refusals for good. */
const refused = { status: 403, retryAfter: undefined };

interface Options {
  directoryUrl: string;
  /** PEM. */
  accountKey: string;
  contact: string | undefined;
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
    const identifiers = names.map((value) => ({ type: 'dns', value }));
    const request = { identifiers, ...(replaces !== undefined && { replaces }) };
    return this.client.createOrder(request);
  }

  /** @throws AcmeProblem also for an order that will come to nothing */
  async order(url: string): Promise<Order> {
    const order = await this.client.getOrder({ url } as Order);
    const { status } = order as { status: unknown };
    if (typeof status !== 'string') throw new Error('The CA does not answer as ACME has it');
    if (alive.includes(status)) return order;
    throw await this.refusal(order);
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

  /**
   * The order, once it is in this state or a later one.
   * @throws AcmeProblem why the CA refuses it; Error after a minute and a half; what the signal says when it ends the wait
   */
  async settled(url: string, state: 'ready' | 'valid', signal: AbortSignal): Promise<Order> {
    const before = state === 'ready' ? waiting : [...waiting, 'ready'];
    for (let pause = shortestPause, waited = 0; waited < longestWait; waited += pause) {
      const order = await this.order(url);
      if (!before.includes(order.status)) return order;
      await sleep(pause, undefined, { signal });
      pause = Math.min(pause * 2, longestPause);
    }
    throw new Error('The CA takes too long');
  }

  /** PEM, the certificate of the names first. @param order a valid one */
  async certificate(order: Order): Promise<string> {
    if (order.certificate === undefined) throw new Error('The CA does not say where the certificate is');
    return this.client.getCertificate(order);
  }

  /** Makes the account, or finds it by its key (RFC 8555 section 7.3.1). Comes before everything else. */
  register(): Promise<unknown> {
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

  /** What the CA says of the order, or of the first name that could not be proven (RFC 8555 section 7.1.6). */
  private async refusal(order: Order): Promise<AcmeProblem> {
    const ofOrder = problemOf(order.error, refused);
    if (ofOrder) return ofOrder;
    for (const { identifier, challenges } of await this.authorizations(order))
      for (const challenge of challenges) {
        const problem = problemOf(challenge.error, refused);
        if (problem) return new AcmeProblem(problem.type, `${identifier.value}: ${problem.detail}`, refused);
      }
    return new AcmeProblem('orderNotReady', `the order is ${order.status}, without a reason`, refused);
  }
}
