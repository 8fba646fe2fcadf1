import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { Config } from '../../platform/config/config.js';
import type { CertificateHost } from '../hosts/certificate-host.js';
import { FileHost } from '../hosts/file-host.js';
import { HerokuHost } from '../hosts/heroku-host.js';
import { type Certificate, CertificatesRepository } from '../persistence/certificates.repository.js';
import type { Progress } from './progress.js';

type Settings = NonNullable<Config['acme']>;

/** Takes an issued certificate to the host. It is the only place that private keys leave for. */
@Injectable()
export class Deployment {
  constructor(
    private readonly certificates: CertificatesRepository,
    private readonly clock: Clock,
  ) {}

  isMissing({ serial, deployedSerial }: Certificate, settings: Settings): boolean {
    return serial !== null && serial !== deployedSerial && hostOf(settings) !== undefined;
  }

  /** @throws HostError */
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
    await progress.step('giving it to the host');
    await host.deploy({ names, chain, key, serial });
    await this.certificates.recordDeployed(id, serial, this.clock.now());
  }

  /**
   * Which certificate the host serves, by its serial number; `undefined` for none.
   * @throws HostError
   */
  async served({ names, serial }: Certificate, settings: Settings): Promise<string | undefined> {
    const host = hostOf(settings);
    if (host === undefined || serial === null) return undefined;
    const result = await host.check({ names, serial });
    return result === 'served' ? serial : result.served;
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
