import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { Config } from '../../platform/config/config.js';
import { Log } from '../../platform/logging/log.js';
import { type Certificate, CertificatesRepository } from '../persistence/certificates.repository.js';
import { Deployment } from './deployment.js';
import { isLookDue, isLost } from './served-time.js';

type Settings = NonNullable<Config['acme']>;

/** Looks at what the host serves, by serial number. A certificate that got lost there goes to it again. */
@Injectable()
export class ServedWatch {
  constructor(
    private readonly certificates: CertificatesRepository,
    private readonly deployment: Deployment,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  async look(certificate: Certificate, settings: Settings): Promise<void> {
    const { id, serial, deployedSerial } = certificate;
    const at = this.clock.now();
    if (serial === null || deployedSerial !== serial || !isLookDue(certificate, at)) return;
    const seen = await this.seen(certificate, settings);
    // A host that cannot be asked has not said that it serves another one.
    const lost = seen !== undefined && seen.serial !== serial && isLost(certificate, at);
    await this.certificates.recordServed(id, seen?.serial, { at, lost });
    const which = { certificate: id, names: certificate.names.join(), served: seen?.serial };
    if (seen?.serial === serial && certificate.servedSerial !== serial)
      this.log.info('the host serves the certificate', which);
    if (lost) this.log.error('the host serves another certificate', { alarm: 'acme.not_served', ...which });
  }

  private async seen(certificate: Certificate, settings: Settings) {
    try {
      return { serial: await this.deployment.served(certificate, settings) };
    } catch (error) {
      this.log.warn('the host could not be asked for its certificate', {
        certificate: certificate.id,
        error,
      });
      return undefined;
    }
  }
}
