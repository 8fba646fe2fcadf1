import { domainToASCII } from 'node:url';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { type Certificate, CertificatesRepository } from '../persistence/certificates.repository.js';

type Settings = NonNullable<Config['acme']>;

/** What is done for a certificate, as it is at the moment. */
export type Task = (certificate: Certificate, settings: Settings) => Promise<void>;

// Any number, the same in every process of every version: "acme" on a telephone's keys.
const lockKey = 2263;

/** The certificates that the configuration asks for: one process at a time looks after them. */
@Injectable()
export class WantedCertificates {
  constructor(
    private readonly database: Database,
    private readonly certificates: CertificatesRepository,
    private readonly clock: Clock,
  ) {}

  /** Does the tasks for each certificate, one after the other. False where another process is at it. */
  each(settings: Settings, tasks: readonly Task[]): Promise<boolean> {
    return this.database.exclusively(lockKey, async (lost) => {
      for (const names of settings.certificates) {
        const normalised = names.map(domainToASCII);
        await this.certificates.want(normalised, this.clock.now());
        for (const task of tasks) {
          const certificate = await this.certificates.find(normalised);
          if (certificate && !lost.aborted) await task(certificate, settings);
        }
      }
    });
  }
}
