import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { Config } from '../../platform/config/config.js';
import { type Certificate, CertificatesRepository } from '../persistence/certificates.repository.js';
import { AcmeProblem } from './acme-problem.js';
import { Deployment } from './deployment.js';
import { Issuing } from './issuing.js';
import type { Progress } from './progress.js';

type Settings = NonNullable<Config['acme']>;

/** Seconds until the next try, doubled each time up to six hours. Let's Encrypt allows five failures a name and hour. */
const firstPause = 900;
const longestPause = 6 * 3600;

/** Tries to get a certificate, and remembers what came of it. */
@Injectable()
export class Attempts {
  constructor(
    private readonly certificates: CertificatesRepository,
    private readonly issuing: Issuing,
    private readonly deployment: Deployment,
    private readonly clock: Clock,
  ) {}

  /**
   * @param order whether a new certificate is wanted; else the one that is there goes to the host
   * @param tell is told each step
   * @returns what went wrong; it is written down
   */
  async make(
    certificate: Certificate,
    settings: Settings,
    { order, tell }: { order: boolean; tell?: (step: string) => void },
  ): Promise<Error | undefined> {
    const { id, names } = certificate;
    const progress: Progress = async (step) => {
      tell?.(step);
      await this.certificates.recordStep(id, step, this.clock.now());
    };
    try {
      if (order) await this.issuing.issue(certificate, settings, progress);
      const issued = (await this.certificates.find(names)) ?? certificate;
      await this.deployment.deploy(issued, settings, progress);
      await this.certificates.recordDone(id, this.clock.now());
      return undefined;
    } catch (error) {
      const failure = error instanceof Error ? error : new Error('unknown');
      await this.certificates.recordFailure(id, failure.message, this.nextTry(certificate, failure));
      return failure;
    }
  }

  private nextTry({ failures }: Certificate, failure: Error): Date {
    const pause = Math.min(longestPause, firstPause * 2 ** failures);
    const asked = failure instanceof AcmeProblem ? (failure.retryAfter ?? 0) : 0;
    return new Date(this.clock.now().getTime() + Math.max(pause, asked) * 1000);
  }
}
