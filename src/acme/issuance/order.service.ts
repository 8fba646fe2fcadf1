import { createPrivateKey, generateKeyPair, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import { Injectable } from '@nestjs/common';
import acme from 'acme-client';
import { Clock } from '../../common/clock/clock.js';
import type { AcmeConfig } from '../../common/config/acme.config.js';
import { ChallengeService } from '../challenge.service.js';
import { type Certificate, CertificatesRepository } from '../persistence/certificates.repository.js';
import { AcmeError } from './acme-error.js';
import { CertificateAuthority, type Order, renewalIdentifier } from './certificate-authority.js';

/** Longer than any order takes. A challenge of a killed process expires after it. */
const challengeSeconds = 3600;

type CertificateWithOrder = Certificate & { orderUrl: string };

export interface Progress {
  /** Reports a step before it begins. @throws the reason of the signal */
  step(text: string): Promise<void>;
  /** Aborted at shutdown, and when another process has taken over. */
  signal: AbortSignal;
}

/** Orders certificates. Each step is saved, so that a killed order continues where it stopped. */
@Injectable()
export class OrderService {
  private readonly authorities = new Map<string, CertificateAuthority>();

  constructor(
    private readonly certificates: CertificatesRepository,
    private readonly challenges: ChallengeService,
    private readonly clock: Clock,
  ) {}

  /** @throws AcmeError when the CA refuses; Error when it cannot be reached; the reason of `progress.signal` */
  async order(certificate: Certificate, settings: AcmeConfig, progress: Progress): Promise<void> {
    await progress.step('ordering');
    const authority = await this.connect(settings);
    try {
      await authority.ensureAccount();
      const order = await this.openOrder(authority, certificate, settings);
      await this.complete(authority, { ...certificate, orderUrl: order.url }, { order, progress });
    } catch (error) {
      // The CA has lost the account; the next attempt creates a new one.
      if (error instanceof AcmeError && error.type === 'accountDoesNotExist')
        this.authorities.delete(settings.directoryUrl);
      throw error;
    }
  }

  private async connect({ directoryUrl, contact, caBundle }: AcmeConfig): Promise<CertificateAuthority> {
    const known = this.authorities.get(directoryUrl);
    if (known) return known;
    const accountKey = await this.certificates.findOrSaveAccountKey(directoryUrl, () =>
      generatePrivateKey('ec256'),
    );
    const authority = new CertificateAuthority({ directoryUrl, accountKey, contact, caBundle });
    this.authorities.set(directoryUrl, authority);
    return authority;
  }

  /** Returns the open order at this CA, or a new one. */
  private async openOrder(authority: CertificateAuthority, certificate: Certificate, settings: AcmeConfig) {
    const { id, names, chain, orderUrl, directoryUrl, issuedBy } = certificate;
    const isOpen = orderUrl !== null && directoryUrl === settings.directoryUrl;
    if (isOpen && (await this.certificates.findOrderKey(id)) !== undefined) {
      const order = await authority.getOrder(orderUrl).catch(ignoreFinal);
      if (order) return order;
    }
    const key = await generatePrivateKey(settings.keyType);
    await this.certificates.beginOrder(id, settings.directoryUrl, key);
    const replaces =
      chain !== null && issuedBy === settings.directoryUrl ? renewalIdentifier(chain) : undefined;
    const order = await createOrder(authority, names, replaces);
    await this.certificates.recordOrder(id, order.url);
    return order;
  }

  private async complete(
    authority: CertificateAuthority,
    certificate: CertificateWithOrder,
    { order, progress }: { order: Order; progress: Progress },
  ): Promise<void> {
    try {
      if (order.status === 'pending') await this.validateNames(authority, order, progress);
      await progress.step('finalizing');
      await this.finalize(authority, certificate);
      const issued = await authority.pollOrder(order.url, 'valid', progress.signal);
      await this.download(authority, certificate, issued);
    } catch (error) {
      if (error instanceof AcmeError && error.isFinal)
        await this.certificates.dropOrder(certificate.id, order.url);
      throw error;
    }
  }

  private async validateNames(
    authority: CertificateAuthority,
    order: Order,
    progress: Progress,
  ): Promise<void> {
    const open = (await authority.getAuthorizations(order)).filter(({ status }) => status !== 'valid');
    const published: string[] = [];
    const withdraw = () => Promise.all(published.map((token) => this.challenges.withdraw(token)));
    try {
      for (const [index, authorization] of open.entries()) {
        await progress.step(`validating ${authorization.identifier.value} (${index + 1} of ${open.length})`);
        const { challenge, ...response } = await authority.getHttpChallenge(authorization);
        await this.challenges.publish(response, challengeSeconds);
        published.push(response.token);
        await authority.requestValidation(challenge);
      }
      await authority.pollOrder(order.url, 'ready', progress.signal);
    } catch (error) {
      // After any other error the CA may still validate, and must find the challenge.
      if (error instanceof AcmeError && error.isFinal) await withdraw();
      throw error;
    }
    await withdraw();
  }

  private async finalize(
    authority: CertificateAuthority,
    { id, names, orderUrl }: CertificateWithOrder,
  ): Promise<void> {
    const order = await authority.getOrder(orderUrl);
    if (order.status !== 'ready') return;
    const key = await this.certificates.findOrderKey(id);
    if (key === undefined) throw new Error('The private key of the order cannot be unsealed');
    const [, csr] = await acme.crypto.createCsr({ altNames: names }, key);
    await authority.finalizeOrder(order, csr);
  }

  private async download(
    authority: CertificateAuthority,
    { id, names, orderUrl }: CertificateWithOrder,
    order: Order,
  ): Promise<void> {
    const chain = await authority.downloadCertificate(order);
    const problem = findProblem(chain, names, await this.certificates.findOrderKey(id));
    if (problem !== undefined) {
      // The order would return the same certificate again.
      await this.certificates.dropOrder(id, orderUrl);
      throw new Error(`The CA returned an unusable certificate: ${problem}`);
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

/** `replaces` is a hint: if the CA refuses it, for example because it was replaced already, the order is created without it. */
async function createOrder(authority: CertificateAuthority, names: string[], replaces: string | undefined) {
  if (replaces === undefined) return authority.createOrder(names);
  return (await authority.createOrder(names, replaces).catch(ignoreFinal)) ?? authority.createOrder(names);
}

function ignoreFinal(error: unknown): undefined {
  if (error instanceof AcmeError && error.isFinal) return undefined;
  throw error;
}

function findProblem(chain: string, names: string[], key: string | undefined): string | undefined {
  try {
    const leaf = new X509Certificate(chain);
    const missing = names.filter((name) => leaf.checkHost(name) === undefined);
    if (missing.length > 0) return `it lacks ${missing.join(', ')}`;
    const matches = key !== undefined && leaf.checkPrivateKey(createPrivateKey(key));
    return matches ? undefined : 'it is for another key';
  } catch {
    return 'it cannot be parsed';
  }
}

const curves = { ec256: 'P-256', ec384: 'P-384' } as const;

/** Returns PEM in PKCS#8. */
async function generatePrivateKey(type: AcmeConfig['keyType']): Promise<string> {
  const { privateKey } =
    type === 'rsa2048'
      ? await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
      : await promisify(generateKeyPair)('ec', { namedCurve: curves[type] });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
