import { Injectable } from '@nestjs/common';
import type { Config } from '../../platform/config/config.js';
import type { CertificateHost } from '../hosts/certificate-host.js';
import { FileHost } from '../hosts/file-host.js';
import { HerokuHost } from '../hosts/heroku-host.js';
import { type Certificate, CertificatesRepository } from '../persistence/certificates.repository.js';
import type { Progress } from './issuing.js';

type Settings = NonNullable<Config['acme']>;

/** Takes an issued certificate to the host. It is the only place that private keys leave for. */
@Injectable()
export class Deployment {
  constructor(private readonly certificates: CertificatesRepository) {}

  isMissing({ serial, deployedSerial }: Certificate, settings: Settings): boolean {
    return serial !== null && serial !== deployedSerial && hostOf(settings) !== undefined;
  }

  /** @throws HostError; Error when the key was sealed with a secret that is gone */
  async deploy(
    { id, names, chain, serial }: Certificate,
    settings: Settings,
    progress: Progress,
  ): Promise<void> {
    const host = hostOf(settings);
    if (host === undefined || chain === null || serial === null) return;
    const key = await this.certificates.key(id);
    if (key === undefined)
      throw new Error('The private key was sealed with a secret that SESSION_SECRETS lacks');
    const certificate = { names, chain, key, serial };
    await host.deploy(certificate);
    await this.certificates.recordDeployed(id, serial);
    const served = await host.check(certificate);
    progress(served === 'served' ? 'served by the host' : 'given to the host, which does not serve it yet');
  }
}

function hostOf({ heroku, files }: Settings): CertificateHost | undefined {
  if (heroku) return new HerokuHost(heroku);
  if (!files) return undefined;
  const { directory, reloadCommand, checkAddress } = files;
  return new FileHost({
    directory,
    ...(reloadCommand !== undefined && { reloadCommand }),
    ...(checkAddress !== undefined && { checkAddress }),
  });
}
