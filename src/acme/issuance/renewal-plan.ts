import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Log } from '../../platform/logging/log.js';
import { type Certificate, CertificatesRepository } from '../persistence/certificates.repository.js';
import { renewalIdentifier, suggestedWindow } from './renewal-information.js';
import { renewalAsAdvised, renewalWithoutAdvice } from './renewal-time.js';

/** Milliseconds. RFC 9773 section 4.3 suggests six hours where a CA does not say. */
const adviceKept = 6 * 3600_000;

/** When each certificate is to be renewed. */
@Injectable()
export class RenewalPlan {
  constructor(
    private readonly certificates: CertificatesRepository,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Asks the CA every few hours, and writes down what it advises. */
  async update(
    { id, chain, notBefore, notAfter, ...known }: Certificate,
    directoryUrl: string,
  ): Promise<void> {
    if (chain === null || notBefore === null || notAfter === null) return;
    const checkedAt = known.renewalCheckedAt?.getTime() ?? 0;
    if (this.clock.now().getTime() - checkedAt < adviceKept) return;
    const window = await this.advice(chain, directoryUrl);
    const renewAt = window
      ? renewalAsAdvised(window, known.renewAt, Math.random())
      : (known.renewAt ?? renewalWithoutAdvice({ notBefore, notAfter }, Math.random()));
    await this.certificates.recordRenewal(id, renewAt);
  }

  /** A CA that cannot be asked gives none; two thirds of the lifetime are a good time as well. */
  private async advice(chain: string, directoryUrl: string) {
    const identifier = renewalIdentifier(chain);
    if (identifier === undefined) return undefined;
    try {
      return await suggestedWindow(directoryUrl, identifier);
    } catch (error) {
      this.log.warn("the CA's advice on renewal was not to be had", { error });
      return undefined;
    }
  }
}
