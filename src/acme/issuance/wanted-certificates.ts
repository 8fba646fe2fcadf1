import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { type Certificate, CertificatesRepository } from '../persistence/certificates.repository.js';

type Settings = NonNullable<Config['acme']>;

/** What is done for a certificate, as it is at the moment, until the signal ends it. */
export type Task = (certificate: Certificate, settings: Settings, signal: AbortSignal) => Promise<void>;

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

  /**
   * Does the tasks for each certificate, one after the other. False where another process is at it.
   * @param ending aborted when there is no time for more
   * @throws what went wrong first; the other certificates got their tasks all the same
   */
  each(settings: Settings, tasks: readonly Task[], ending: AbortSignal): Promise<boolean> {
    return this.database.exclusively(lockKey, async (lost) => {
      const signal = AbortSignal.any([lost, ending]);
      const errors: unknown[] = [];
      for (const names of settings.certificates)
        try {
          if (!signal.aborted) await this.doAll(names, { settings, tasks, signal });
        } catch (error) {
          errors.push(error);
        }
      if (lost.aborted)
        throw new Error('The connection was lost that keeps other processes from doing the same');
      if (errors.length > 0 && !ending.aborted) throw errors[0];
    });
  }

  private async doAll(
    names: readonly string[],
    { settings, tasks, signal }: { settings: Settings; tasks: readonly Task[]; signal: AbortSignal },
  ): Promise<void> {
    await this.certificates.want(names, this.clock.now());
    for (const task of tasks) {
      const certificate = await this.certificates.find(names);
      if (certificate && !signal.aborted) await task(certificate, settings, signal);
    }
  }
}
