import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { Config } from '../../platform/config/config.js';
import { problemOfCertificates } from '../../platform/crypto/pem-certificates.js';
import { Log } from '../../platform/logging/log.js';
import type { Certificate } from '../persistence/certificates.repository.js';
import { Attempts, type Need } from './attempts.js';
import { Deployment } from './deployment.js';

type Settings = NonNullable<Config['acme']>;

/**
 * Milliseconds between two certificates: a CA whose advice is always "at once", or two processes that disagree on the CA, shall not
 * make one a minute.
 */
const betweenRenewals = 6 * 3600_000;
const betweenAuthorities = 900_000;

/** Gets what is due, unless a failure or the CA's word says that it is too early to try. */
@Injectable()
export class Renewal {
  constructor(
    private readonly attempts: Attempts,
    private readonly deployment: Deployment,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  async renewIfDue(certificate: Certificate, settings: Settings, signal: AbortSignal): Promise<void> {
    const { nextOrderAt, nextDeploymentAt } = certificate;
    const now = this.clock.now();
    const needs = this.needsOf(certificate, settings);
    const need = needs.find((each) => (each === 'order' ? nextOrderAt : nextDeploymentAt) <= now);
    if (need === undefined) return;
    const error = await this.attempts.make(certificate, settings, { need, signal });
    const which = { certificate: certificate.id, names: certificate.names.join() };
    if (error) this.log.error('a certificate is not in place', { alarm: 'acme.failed', ...which, error });
    else this.log.info('a certificate is in place', which);
  }

  /** What is most wanted first. A certificate that was issued and not given to the host is no reason to order another one. */
  needsOf(certificate: Certificate, settings: Settings): Need[] {
    return [
      ...(isToBeOrdered(certificate, settings, this.clock.now()) ? (['order'] as const) : []),
      ...(this.deployment.isMissing(certificate, settings) ? (['deploy'] as const) : []),
    ];
  }
}

/** Not there (or no longer what it was), begun, of another CA than the one that is wanted now, or old. */
function isToBeOrdered(certificate: Certificate, { directoryUrl }: Settings, now: Date): boolean {
  const { chain, orderUrl, issuedBy, issuedAt, renewAt, notAfter } = certificate;
  if (chain === null || problemOfCertificates(chain) !== undefined || orderUrl !== null) return true;
  const age = now.getTime() - (issuedAt?.getTime() ?? 0);
  if (issuedBy !== directoryUrl) return age >= betweenAuthorities;
  const isOld = [renewAt, notAfter].some((time) => time !== null && time <= now);
  return isOld && age >= betweenRenewals;
}
