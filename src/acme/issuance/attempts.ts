import { Injectable } from '@nestjs/common';
import type { Config } from '../../platform/config/config.js';
import { Log } from '../../platform/logging/log.js';
import { type Certificate, CertificatesRepository } from '../persistence/certificates.repository.js';
import { AcmeProblem } from './acme-problem.js';
import { Deployment } from './deployment.js';
import { Issuing, type Progress } from './issuing.js';

type Settings = NonNullable<Config['acme']>;

/** Seconds until the next try, doubled each time up to a day. Let's Encrypt allows five failures a name and hour. */
const firstPause = 900;
const longestPause = 86_400;

const silent: Progress = () => undefined;

/** Tries to get a certificate, and remembers what came of it. */
@Injectable()
export class Attempts {
  constructor(
    private readonly certificates: CertificatesRepository,
    private readonly issuing: Issuing,
    private readonly deployment: Deployment,
    private readonly log: Log,
  ) {}

  /** A certificate that was issued and not given to the host is no reason to order another one. */
  async makeIfDue(certificate: Certificate, settings: Settings): Promise<void> {
    const { chain, orderUrl, renewAt, nextTryAt } = certificate;
    const now = new Date();
    if (nextTryAt > now) return;
    const order = chain === null || orderUrl !== null || (renewAt !== null && renewAt <= now);
    if (order || this.deployment.isMissing(certificate, settings))
      await this.make(certificate, settings, { order, progress: silent });
  }

  /** What went wrong; it is written down and logged. */
  async make(
    certificate: Certificate,
    settings: Settings,
    { order, progress }: { order: boolean; progress: Progress },
  ): Promise<Error | undefined> {
    const { id, names, failures } = certificate;
    try {
      if (order) await this.issuing.issue(certificate, settings, progress);
      const issued = (await this.certificates.find(names)) ?? certificate;
      await this.deployment.deploy(issued, settings, progress);
      this.log.info('a certificate is in place', { certificate: id, names: names.join() });
      return undefined;
    } catch (error) {
      const pause = Math.min(longestPause, firstPause * 2 ** failures);
      const asked = error instanceof AcmeProblem ? (error.retryAfter ?? 0) : 0;
      const failure = error instanceof Error ? error : new Error('unknown');
      await this.certificates.recordFailure(id, failure.message, Math.max(pause, asked));
      this.log.error('a certificate is not in place', { alarm: 'acme.failed', certificate: id, error });
      return failure;
    }
  }
}
