import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { HealthParts } from '../common/health/health-parts.js';
import { Log } from '../common/logging/log.js';
import { PollingWorker } from '../jobs/polling-worker.js';
import type { Finding } from './check.js';
import { checks } from './checks/index.js';
import { examine } from './doctor.js';
import { Facts, type FactSources } from './facts.js';

export const factSources = Symbol('fact sources');

/** Milliseconds until the next round while something is found, or could not be looked at. */
const pollMs = 60_000;

/**
 * The short form of `usher doctor` at every start. Not awaited: Usher starts while Cognito is unavailable. Repeated until nothing
 * is found, so that `/health/ready` reports a repaired setting within minutes.
 */
@Injectable()
export class StartCheck implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly work = new PollingWorker(() => this.round(), pollMs);
  private errors: string[] = [];
  private logged = new Set<string>();
  private isDone = false;
  private stopped = false;

  constructor(
    @Inject(factSources) private readonly sources: () => FactSources,
    private readonly log: Log,
    health: HealthParts,
  ) {
    health.addFindings(() => this.errors);
  }

  onApplicationBootstrap(): void {
    this.work.start();
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    void this.work.stop();
  }

  private async round(): Promise<boolean> {
    if (this.isDone) return false;
    const short = checks.filter(({ atStart }) => atStart);
    const { report, missed, mayRetry } = await examine(short, new Facts(this.sources()));
    if (this.stopped) return false;
    const { findings } = report;
    const skipped = report.skipped.filter(({ id }) => missed.includes(id));
    this.errors = [...new Set(findings.flatMap(({ id, severity }) => (severity === 'error' ? id : [])))];
    for (const finding of findings) this.report(finding);
    this.once(`skipped ${JSON.stringify(skipped)}`, () => {
      if (skipped.length > 0) this.log.warn('checks skipped', { skipped, retries: mayRetry });
    });
    this.once(`done ${findings.length} ${skipped.length}`, () =>
      this.log.info('installation checked', {
        checks: report.checks.length,
        findings: findings.length,
        skipped: skipped.length,
      }),
    );
    this.isDone = findings.length === 0 && !mayRetry;
    return false;
  }

  private report({ id, area, severity, title, effect, remedy }: Finding): void {
    const ofCognito = ['pool', 'client', 'function'].includes(area);
    const fields = { finding: id, title, effect, remedy };
    this.once(`finding ${JSON.stringify(fields)}`, () => {
      if (severity === 'warning') this.log.warn('configuration problem found', fields);
      else
        this.log.error('configuration problem found', {
          alarm: ofCognito ? 'cognito.misconfigured' : 'usher.misconfigured',
          ...fields,
        });
    });
  }

  /** Logs what has not been logged since the start. */
  private once(key: string, log: () => void): void {
    if (this.logged.has(key)) return;
    this.logged.add(key);
    log();
  }
}
