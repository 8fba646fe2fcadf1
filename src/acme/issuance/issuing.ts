import { createPrivateKey, X509Certificate } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import acme from 'acme-client';
import { Config } from '../../platform/config/config.js';
import { type Certificate, CertificatesRepository } from '../persistence/certificates.repository.js';
import { ChallengesRepository } from '../persistence/challenges.repository.js';
import { AcmeProblem } from './acme-problem.js';
import { CertificateAuthority, type Order, prepareAcmeClient } from './certificate-authority.js';
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
  ) {}

  /** @throws AcmeProblem what the CA refused; Error when it cannot be asked */
  async issue(certificate: Certificate, settings: Settings, progress: Progress): Promise<void> {
    await progress('ordering');
    const authority = await this.authority(settings);
    const order = await this.openOrder(authority, certificate, settings);
    try {
      await this.prove(authority, order, progress);
      await progress('asking for the certificate');
      await this.download(authority, certificate, await this.finalize(authority, certificate, order));
    } catch (error) {
      if (await isDead(authority, order)) await this.certificates.dropOrder(certificate.id);
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
      const order = await authority.order(orderUrl).catch(unlessRefused);
      if (order && order.status !== 'invalid') return order;
    }
    await this.certificates.beginOrder(id, settings.directoryUrl, await makeKey(settings.keyType));
    const replaces =
      chain !== null && issuedBy === settings.directoryUrl ? renewalIdentifier(chain) : undefined;
    const order = await newOrder(authority, names, replaces);
    await this.certificates.recordOrder(id, order.url);
    return order;
  }

  private async prove(authority: CertificateAuthority, order: Order, progress: Progress): Promise<void> {
    if (order.status !== 'pending') return;
    const open = (await authority.authorizations(order)).filter(({ status }) => status !== 'valid');
    const published: string[] = [];
    try {
      for (const [at, authorization] of open.entries()) {
        await progress(`proving ${authorization.identifier.value} (${at + 1} of ${open.length})`);
        const { challenge, ...answer } = await authority.challengeOf(authorization);
        await this.challenges.publish(answer, challengeSeconds);
        published.push(answer.token);
        await authority.prove(challenge);
      }
      await authority.settled(order.url);
    } finally {
      for (const token of published) await this.challenges.withdraw(token);
    }
  }

  private async finalize(authority: CertificateAuthority, { id, names }: Certificate, { url }: Order) {
    const order = await authority.order(url);
    if (order.status === 'ready') {
      const key = await this.certificates.orderKey(id);
      if (key === undefined) throw new Error('The key of the order is gone');
      const [, csr] = await acme.crypto.createCsr({ altNames: names }, key);
      await authority.finalize(order, csr);
    }
    return authority.settled(url);
  }

  private async download(authority: CertificateAuthority, { id, names }: Certificate, order: Order) {
    const chain = await authority.certificate(order);
    const wrong = whatIsWrong(chain, names, await this.certificates.orderKey(id));
    if (wrong !== undefined) {
      // It would be the same one again.
      await this.certificates.dropOrder(id);
      throw new Error(`The CA's certificate is of no use: ${wrong}`);
    }
    const leaf = new X509Certificate(chain);
    await this.certificates.recordIssued(id, {
      chain,
      serial: leaf.serialNumber,
      notBefore: new Date(leaf.validFrom),
      notAfter: new Date(leaf.validTo),
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
  return (await authority.newOrder(names, replaces).catch(unlessRefused)) ?? authority.newOrder(names);
}

/** A CA that cannot be asked is another matter than one that says no. */
function unlessRefused(error: unknown): undefined {
  if (error instanceof AcmeProblem && error.type !== 'rateLimited' && error.type !== 'serverInternal')
    return undefined;
  throw error;
}

async function isDead(authority: CertificateAuthority, { url }: Order): Promise<boolean> {
  try {
    return (await authority.order(url)).status === 'invalid';
  } catch (error) {
    return error instanceof AcmeProblem && ['malformed', 'unauthorized'].includes(error.type);
  }
}
