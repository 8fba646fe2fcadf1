import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { Config } from '../../platform/config/config.js';
import { problemOfCertificates } from '../../platform/crypto/pem-certificates.js';
import { Log } from '../../platform/logging/log.js';
import type { Certificate } from '../persistence/certificates.repository.js';
import { Attempts } from './attempts.js';
import { Deployment } from './deployment.js';

type Settings = NonNullable<Config['acme']>;

export type Need = 'order' | 'deploy';

/** Gets what is due, unless a failure or the CA's word says that it is too early to try. */
@Injectable()
export class Renewal {
  constructor(
    private readonly attempts: Attempts,
    private readonly deployment: Deployment,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  async renewIfDue(certificate: Certificate, settings: Settings): Promise<void> {
    if (certificate.nextTryAt > this.clock.now()) return;
    const need = this.needOf(certificate, settings);
    if (need === undefined) return;
    const error = await this.attempts.make(certificate, settings, { order: need === 'order' });
    const which = { certificate: certificate.id, names: certificate.names.join() };
    if (error) this.log.error('a certificate is not in place', { alarm: 'acme.failed', ...which, error });
    else this.log.info('a certificate is in place', which);
  }

  /** A certificate that was issued and not given to the host is no reason to order another one. */
  needOf(certificate: Certificate, settings: Settings): Need | undefined {
    if (isToBeOrdered(certificate, settings, this.clock.now())) return 'order';
    return this.deployment.isMissing(certificate, settings) ? 'deploy' : undefined;
  }
}

/** Not there (or no longer what it was), begun, of another CA than the one that is wanted now, or old. */
function isToBeOrdered(
  { chain, orderUrl, issuedBy, renewAt }: Certificate,
  { directoryUrl }: Settings,
  now: Date,
): boolean {
  const isOld = renewAt !== null && renewAt <= now;
  const isThere = chain !== null && problemOfCertificates(chain) === undefined;
  return !isThere || orderUrl !== null || issuedBy !== directoryUrl || isOld;
}
