import { domainToASCII } from 'node:url';
import { Injectable } from '@nestjs/common';
import type { Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { type Certificate, CertificatesRepository } from '../persistence/certificates.repository.js';
import { Attempts } from './attempts.js';
import type { Progress } from './issuing.js';
import { RenewalPlan } from './renewal-plan.js';

type Settings = NonNullable<Config['acme']>;

// Any number, the same in every process of every version: "acme" on a telephone's keys.
const lockKey = 2263;

/** Sees to it that every certificate that is wanted is there and stays valid: one process at a time. */
@Injectable()
export class Renewer {
  constructor(
    private readonly database: Database,
    private readonly certificates: CertificatesRepository,
    private readonly attempts: Attempts,
    private readonly plan: RenewalPlan,
  ) {}

  /** What is due now. False where another process is at it. */
  async renewDue(settings: Settings): Promise<boolean> {
    return this.exclusively(settings, async (certificate) => {
      await this.plan.update(certificate, settings.directoryUrl);
      const planned = await this.certificates.find(certificate.names);
      if (planned) await this.attempts.makeIfDue(planned, settings);
    });
  }

  /**
   * Now, whether it is due or not. False where another process is at it.
   * @throws AcmeProblem; Error
   */
  async issueNow(
    settings: Settings,
    wanted: (certificate: Certificate) => boolean,
    progress: Progress,
  ): Promise<boolean> {
    return this.exclusively(settings, async (certificate) => {
      if (!wanted(certificate)) return;
      const say: Progress = (text) => progress(`${certificate.names.join(', ')}: ${text}`);
      const failure = await this.attempts.make(certificate, settings, { order: true, progress: say });
      if (failure !== undefined) throw failure;
      const issued = await this.certificates.find(certificate.names);
      if (issued) await this.plan.update(issued, settings.directoryUrl);
    });
  }

  private exclusively(
    settings: Settings,
    work: (certificate: Certificate) => Promise<void>,
  ): Promise<boolean> {
    return this.database.exclusively(lockKey, async (lost) => {
      for (const names of settings.certificates) {
        const normalised = names.map(domainToASCII);
        await this.certificates.want(normalised);
        const certificate = await this.certificates.find(normalised);
        if (certificate && !lost.aborted) await work(certificate);
      }
    });
  }
}
