import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { Config } from '../../platform/config/config.js';
import { Log } from '../../platform/logging/log.js';
import { type Certificate, CertificatesRepository } from '../persistence/certificates.repository.js';
import { prepareAcmeClient } from './acme-http.js';
import { type RenewalAdvice, renewalAdvice, renewalIdentifier } from './renewal-information.js';
import { renewalAsAdvised, renewalWithoutAdvice } from './renewal-time.js';

type Settings = NonNullable<Config['acme']>;

/** Seconds. RFC 9773 section 4.3: six hours where a CA does not say; and neither a minute nor a month where it does. */
const usualPause = 6 * 3600;
const shortestPause = 60;
const longestPause = 24 * 3600;

/** When each certificate is to be renewed. */
@Injectable()
export class RenewalPlan {
  constructor(
    private readonly certificates: CertificatesRepository,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Asks the CA as often as it wants to be asked, and writes down what it advises. */
  async update(certificate: Certificate, settings: Settings): Promise<void> {
    const { id, chain, notBefore, notAfter, renewAt, adviceDueAt } = certificate;
    if (chain === null || notBefore === null || notAfter === null) return;
    const now = this.clock.now();
    if (adviceDueAt !== null && adviceDueAt > now) return;
    const given = await this.advice(certificate, settings);
    // What comes after the end is no advice.
    const advice = given && given.window.end < notAfter ? given : undefined;
    const planned = advice
      ? renewalAsAdvised(advice.window, renewAt, Math.random())
      : (renewAt ?? renewalWithoutAdvice({ notBefore, notAfter }, Math.random()));
    if (advice && planned.getTime() !== renewAt?.getTime()) this.tell(certificate, planned, advice);
    const pause = Math.min(longestPause, Math.max(shortestPause, advice?.retryAfter ?? usualPause));
    await this.certificates.recordRenewal(id, planned, new Date(now.getTime() + pause * 1000));
  }

  /** A CA that cannot be asked gives none; two thirds of the lifetime are a good time as well. */
  private async advice({ chain, issuedBy }: Certificate, { directoryUrl, caBundle }: Settings) {
    const identifier = chain === null ? undefined : renewalIdentifier(chain);
    if (identifier === undefined || issuedBy !== directoryUrl) return undefined;
    try {
      prepareAcmeClient(caBundle);
      return await renewalAdvice(directoryUrl, identifier);
    } catch (error) {
      this.log.warn("the CA's advice on renewal was not to be had", { error });
      return undefined;
    }
  }

  /** The CA's explanation is for whoever operates this (RFC 9773 section 4.2). */
  private tell({ id, names }: Certificate, planned: Date, { explanationUrl }: RenewalAdvice): void {
    const renewAt = planned.toISOString();
    this.log.info('the CA advises a time for renewal', {
      certificate: id,
      names: names.join(),
      renewAt,
      explanationUrl,
    });
  }
}
