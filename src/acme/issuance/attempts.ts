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

/** `order`: a new certificate is wanted. `deploy`: the one that is there goes to the host, if its key can still be opened. */
export type Need = 'order' | 'deploy';

interface Attempt {
  need: Need;
  /** Ends it before its next step; it is no failure then. */
  signal: AbortSignal;
  /** Is told each step. */
  tell?: (step: string) => void;
}

/** Tries to get a certificate, and remembers what came of it. */
@Injectable()
export class Attempts {
  constructor(
    private readonly certificates: CertificatesRepository,
    private readonly issuing: Issuing,
    private readonly deployment: Deployment,
    private readonly clock: Clock,
  ) {}

  /** What went wrong; it is written down. @throws what the signal says */
  async make(
    certificate: Certificate,
    settings: Settings,
    { need, signal, tell }: Attempt,
  ): Promise<Error | undefined> {
    const { id } = certificate;
    const progress: Progress = {
      signal,
      step: async (text) => {
        signal.throwIfAborted();
        tell?.(text);
        await this.certificates.recordStep(id, text, this.clock.now());
      },
    };
    const isToBeOrdered = need === 'order' || (await this.certificates.key(id)) === undefined;
    const failure =
      (isToBeOrdered && (await this.order(certificate, settings, progress))) ||
      (await this.deploy(certificate, settings, progress));
    if (failure) return failure;
    await this.certificates.recordDone(id, isToBeOrdered);
    return undefined;
  }

  private order(certificate: Certificate, settings: Settings, progress: Progress) {
    return this.remembering('order', certificate, progress.signal, () =>
      this.issuing.issue(certificate, settings, progress),
    );
  }

  private async deploy({ names, ...before }: Certificate, settings: Settings, progress: Progress) {
    const certificate = (await this.certificates.find(names)) ?? { names, ...before };
    return this.remembering('deploy', certificate, progress.signal, () =>
      this.deployment.deploy(certificate, settings, progress),
    );
  }

  private async remembering(
    need: Need,
    { id, failures }: Certificate,
    signal: AbortSignal,
    work: () => Promise<void>,
  ): Promise<Error | undefined> {
    try {
      await work();
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      const failure = error instanceof Error ? error : new Error('unknown');
      const asked = failure instanceof AcmeProblem ? (failure.retryAfter ?? 0) : 0;
      const pause = Math.max(Math.min(longestPause, firstPause * 2 ** failures), asked);
      const next = new Date(this.clock.now().getTime() + pause * 1000);
      await this.certificates.recordFailure(id, need, { error: failure.message, next });
      return failure;
    }
  }
}
