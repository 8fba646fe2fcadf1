import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { Config } from '../../platform/config/config.js';
import { Log } from '../../platform/logging/log.js';
import { type Certificate, CertificatesRepository } from '../persistence/certificates.repository.js';
import { Deployment } from './deployment.js';

type Settings = NonNullable<Config['acme']>;

/** Milliseconds between two looks: often until it is seen, then to notice when somebody changed the host. */
const untilSeen = 60_000;
const onceSeen = 6 * 3600_000;

/** Milliseconds. Heroku says that a new certificate may take up to an hour or so to be served everywhere. */
const hostTakes = 2 * 3600_000;

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
    const { id, serial, deployedSerial, deployedAt } = certificate;
    const at = this.clock.now();
    if (serial === null || deployedSerial !== serial || !isDue(certificate, at)) return;
    const served = await this.served(certificate, settings);
    const lost = served !== serial && at.getTime() - (deployedAt?.getTime() ?? 0) > hostTakes;
    await this.certificates.recordServed(id, served, { at, lost });
    const which = { certificate: id, names: certificate.names.join() };
    if (served === serial && certificate.servedSerial !== serial)
      this.log.info('the host serves the certificate', which);
    if (lost)
      this.log.error('the host serves another certificate', { alarm: 'acme.not_served', ...which, served });
  }

  /** A host that cannot be asked is as good as one that serves nothing. */
  private async served(certificate: Certificate, settings: Settings): Promise<string | undefined> {
    try {
      return await this.deployment.served(certificate, settings);
    } catch (error) {
      this.log.warn('the host could not be asked for its certificate', {
        certificate: certificate.id,
        error,
      });
      return undefined;
    }
  }
}

function isDue({ serial, servedSerial, servedCheckedAt }: Certificate, now: Date): boolean {
  const pause = servedSerial === serial ? onceSeen : untilSeen;
  return servedCheckedAt === null || now.getTime() - servedCheckedAt.getTime() >= pause;
}
