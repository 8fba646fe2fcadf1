import { createPrivateKey, X509Certificate } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import acme from 'acme-client';
import { Clock } from '../../platform/clock/clock.js';
import { Config } from '../../platform/config/config.js';
import { type Certificate, CertificatesRepository } from '../persistence/certificates.repository.js';
import { ChallengesRepository } from '../persistence/challenges.repository.js';
import { prepareAcmeClient } from './acme-http.js';
import { AcmeProblem } from './acme-problem.js';
import { CertificateAuthority, type Order } from './certificate-authority.js';
import { makeKey } from './private-keys.js';
import type { Progress } from './progress.js';
import { renewalIdentifier } from './renewal-information.js';

/** Seconds. Longer than any order takes; after a crash nobody withdraws it. */
const challengeSeconds = 3600;

type Settings = NonNullable<Config['acme']>;

/** Takes a certificate from wherever its order stands to the end. Every step is written down, so it can be killed at any. */
@Injectable()
export class Issuing {
  private readonly authorities = new Map<string, CertificateAuthority>();

  constructor(
    private readonly certificates: CertificatesRepository,
    private readonly challenges: ChallengesRepository,
    private readonly clock: Clock,
  ) {}

  /** @throws AcmeProblem what the CA refused; Error when it cannot be asked; what the signal of `progress` says */
  async issue(certificate: Certificate, settings: Settings, progress: Progress): Promise<void> {
    await progress.step('ordering');
    const authority = await this.authority(settings);
    try {
      await authority.register();
      const order = await this.openOrder(authority, certificate, settings);
      await this.complete(authority, { ...certificate, orderUrl: order.url }, { order, progress });
    } catch (error) {
      // The CA has lost it; the next try makes another one.
      if (error instanceof AcmeProblem && error.type === 'accountDoesNotExist')
        this.authorities.delete(settings.directoryUrl);
      throw error;
    }
  }

  private async authority({ directoryUrl, contact, caBundle }: Settings): Promise<CertificateAuthority> {
    const known = this.authorities.get(directoryUrl);
    if (known) return known;
    prepareAcmeClient(caBundle);
    const accountKey = await this.certificates.accountKey(directoryUrl, () => makeKey('ec256'));
    const authority = new CertificateAuthority({ directoryUrl, accountKey, contact });
    this.authorities.set(directoryUrl, authority);
    return authority;
  }

  /** The order that is under way at this CA, or a new one. */
  private async openOrder(authority: CertificateAuthority, certificate: Certificate, settings: Settings) {
    const { id, names, chain, orderUrl, directoryUrl, issuedBy } = certificate;
    const isOpen = orderUrl !== null && directoryUrl === settings.directoryUrl;
    if (isOpen && (await this.certificates.orderKey(id)) !== undefined) {
      const order = await authority.order(orderUrl).catch(unlessFinal);
      if (order) return order;
    }
    await this.certificates.beginOrder(id, settings.directoryUrl, await makeKey(settings.keyType));
    const replaces =
      chain !== null && issuedBy === settings.directoryUrl ? renewalIdentifier(chain) : undefined;
    const order = await newOrder(authority, names, replaces);
    await this.certificates.recordOrder(id, order.url);
    return order;
  }

  private async complete(
    authority: CertificateAuthority,
    certificate: Certificate & { orderUrl: string },
    { order, progress }: { order: Order; progress: Progress },
  ): Promise<void> {
    try {
      if (order.status === 'pending') await this.prove(authority, order, progress);
      await progress.step('asking for the certificate');
      await this.finalize(authority, certificate);
      const issued = await authority.settled(order.url, 'valid', progress.signal);
      await this.download(authority, certificate, issued);
    } catch (error) {
      // Whatever was refused for good would be so again.
      if (error instanceof AcmeProblem && error.isFinal)
        await this.certificates.dropOrder(certificate.id, order.url);
      throw error;
    }
  }

  private async prove(authority: CertificateAuthority, order: Order, progress: Progress): Promise<void> {
    const open = (await authority.authorizations(order)).filter(({ status }) => status !== 'valid');
    const published: string[] = [];
    const withdraw = () => Promise.all(published.map((token) => this.challenges.withdraw(token)));
    try {
      for (const [at, authorization] of open.entries()) {
        await progress.step(`proving ${authorization.identifier.value} (${at + 1} of ${open.length})`);
        const { challenge, ...answer } = await authority.challengeOf(authorization);
        await this.challenges.publish(answer, challengeSeconds);
        published.push(answer.token);
        await authority.prove(challenge);
      }
      await authority.settled(order.url, 'ready', progress.signal);
    } catch (error) {
      // After anything else the CA may still look, and shall find what it looks for.
      if (error instanceof AcmeProblem && error.isFinal) await withdraw();
      throw error;
    }
    await withdraw();
  }

  private async finalize(
    authority: CertificateAuthority,
    { id, names, orderUrl }: Certificate & { orderUrl: string },
  ): Promise<void> {
    const order = await authority.order(orderUrl);
    if (order.status !== 'ready') return;
    const key = await this.certificates.orderKey(id);
    if (key === undefined) throw new Error('The key of the order is gone');
    const [, csr] = await acme.crypto.createCsr({ altNames: names }, key);
    await authority.finalize(order, csr);
  }

  private async download(
    authority: CertificateAuthority,
    { id, names, orderUrl }: Certificate & { orderUrl: string },
    order: Order,
  ): Promise<void> {
    const chain = await authority.certificate(order);
    const wrong = whatIsWrong(chain, names, await this.certificates.orderKey(id));
    if (wrong !== undefined) {
      // It would be the same one again.
      await this.certificates.dropOrder(id, orderUrl);
      throw new Error(`The CA's certificate is of no use: ${wrong}`);
    }
    const leaf = new X509Certificate(chain);
    await this.certificates.recordIssued(id, orderUrl, {
      chain,
      serial: leaf.serialNumber,
      notBefore: new Date(leaf.validFrom),
      notAfter: new Date(leaf.validTo),
      at: this.clock.now(),
    });
  }
}

function whatIsWrong(chain: string, names: string[], key: string | undefined): string | undefined {
  try {
    const leaf = new X509Certificate(chain);
    const missing = names.filter((name) => leaf.checkHost(name) === undefined);
    if (missing.length > 0) return `it lacks ${missing.join(', ')}`;
    return key !== undefined && leaf.checkPrivateKey(createPrivateKey(key))
      ? undefined
      : 'it is for another key';
  } catch {
    return 'it cannot be read';
  }
}

/** What it replaces is a hint: a CA that refuses it (because it was replaced already, say) is asked without. */
async function newOrder(authority: CertificateAuthority, names: string[], replaces: string | undefined) {
  if (replaces === undefined) return authority.newOrder(names);
  return (await authority.newOrder(names, replaces).catch(unlessFinal)) ?? authority.newOrder(names);
}

/** A CA that cannot be asked at the moment is another matter than one that says no. */
function unlessFinal(error: unknown): undefined {
  if (error instanceof AcmeProblem && error.isFinal) return undefined;
  throw error;
}
