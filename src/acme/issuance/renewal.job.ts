import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { PollingWorker } from '../../jobs/polling-worker.js';
import { Clock } from '../../common/clock/clock.js';
import { type AcmeConfig, acmeConfig } from '../../common/config/acme.config.js';
import { Database } from '../../common/database/database.js';
import { Log } from '../../common/logging/log.js';
import { Outbox } from '../../mail/outbox.js';
import type { CertificateHost } from '../hosts/certificate-host.js';
import { type Certificate, CertificatesRepository } from '../persistence/certificates.repository.js';
import { createHost, RenewalService } from './renewal.service.js';

const intervalMs = 60_000;

/** Renews the configured certificates: schedule, order, deploy, verify, warn. Runs each minute. */
@Injectable()
export class RenewalJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly shutdown = new AbortController();
  private readonly worker = new PollingWorker(() => this.runSafely(), intervalMs);

  constructor(
    @Inject(acmeConfig.KEY) private readonly config: AcmeConfig,
    private readonly renewal: RenewalService,
    private readonly certificates: CertificatesRepository,
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.certificates.length > 0) this.worker.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    // Shutdown does not wait for an order; the next process continues it.
    this.shutdown.abort();
    await this.worker.stop();
  }

  private async runSafely(): Promise<false> {
    try {
      await this.run(this.config);
    } catch (error) {
      this.log.warn('certificate renewal run failed', { error });
    }
    return false;
  }

  /** Returns false if another process is renewing. @throws the first error, after all certificates are done */
  run(settings: AcmeConfig): Promise<boolean> {
    const tasks = [
      (certificate: Certificate) => this.renewal.updateSchedule(certificate, settings),
      (certificate: Certificate, signal: AbortSignal) => this.renewIfDue(certificate, settings, signal),
      (certificate: Certificate) => this.renewal.updateSchedule(certificate, settings),
      (certificate: Certificate) => this.verifyDeployment(certificate, createHost(settings)),
      (certificate: Certificate) => this.warnBeforeExpiry(certificate, settings),
    ];
    return this.renewal.forEachCertificate(settings, tasks, this.shutdown.signal);
  }

  /** Renews unless the back-off after a failure, or the CA's Retry-After, is still running. */
  private async renewIfDue(
    certificate: Certificate,
    settings: AcmeConfig,
    signal: AbortSignal,
  ): Promise<void> {
    const { id, names, nextOrderAt, nextDeploymentAt } = certificate;
    const now = this.clock.now();
    const actions = this.renewal.requiredActions(certificate, settings);
    const action = actions.find((each) => (each === 'order' ? nextOrderAt : nextDeploymentAt) <= now);
    if (action === undefined) return;
    const error = await this.renewal.renew(certificate, settings, { action, signal });
    const fields = { certificate: id, names: names.join() };
    if (error) this.log.error('certificate renewal failed', { alarm: 'acme.failed', ...fields, error });
    else this.log.info('certificate renewed', fields);
  }

  /** Checks by serial number which certificate the host serves, and marks a lost one for deployment. */
  private async verifyDeployment(certificate: Certificate, host: CertificateHost | undefined): Promise<void> {
    const { id, names, serial, deployedSerial, servedSerial } = certificate;
    const at = this.clock.now();
    if (serial === null || deployedSerial !== serial || !isCheckDue(certificate, at)) return;
    const checked = await this.checkHost({ id, names, serial }, host);
    // A failed check is no evidence of another certificate.
    const lost = checked !== undefined && checked.serial !== serial && isLost(certificate, at);
    await this.certificates.recordServed(id, checked?.serial, { at, lost });
    const fields = { certificate: id, names: names.join(), served: checked?.serial };
    if (checked?.serial === serial && servedSerial !== serial)
      this.log.info('host serves the deployed certificate', fields);
    if (lost) this.log.error('host serves a different certificate', { alarm: 'acme.not_served', ...fields });
  }

  /** Returns the serial number that the host serves; `undefined` if the check failed. */
  private async checkHost(
    { id, names, serial }: { id: number; names: string[]; serial: string },
    host: CertificateHost | undefined,
  ): Promise<{ serial: string | undefined } | undefined> {
    try {
      const result = await host?.check({ names, serial });
      return { serial: result === 'served' ? serial : result?.served };
    } catch (error) {
      this.log.warn('failed to check the certificate of the host', { certificate: id, error });
      return undefined;
    }
  }

  /** Mails ACME_CONTACT before a certificate expires, once for each number of days in ACME_WARNING_DAYS. */
  private async warnBeforeExpiry(
    certificate: Certificate,
    { contact, warningDays }: AcmeConfig,
  ): Promise<void> {
    const { id, names, notBefore, notAfter, lastError, warnedDays } = certificate;
    if (notBefore === null || notAfter === null || contact === undefined) return;
    const days = dueWarning({ notBefore, notAfter }, warningDays, this.clock.now());
    if (days === undefined || (warnedDays !== null && warnedDays <= days)) return;
    const values = {
      names: names.join(', '),
      notAfter: notAfter.toISOString().slice(0, 16).replace('T', ' '),
      reason: lastError ?? 'nothing was tried yet',
    };
    await this.database.transaction(async () => {
      await this.certificates.recordWarning(id, days);
      await this.outbox.post({ to: contact, mail: 'certificate_expires', language: 'en', values });
    });
  }
}

/** Milliseconds between two checks. */
const minCheckInterval = 60_000;
const maxCheckInterval = 6 * 3600_000;

/** Milliseconds. Heroku documents about one hour until a new certificate is served everywhere. */
const initialGracePeriod = 2 * 3600_000;
const maxGracePeriod = 24 * 3600_000;

const since = (time: Date | null, now: Date): number => now.getTime() - (time?.getTime() ?? 0);

/** Checks start each minute and become less frequent; a served certificate is checked every six hours. */
function isCheckDue({ serial, servedSerial, servedCheckedAt, deployedAt }: Certificate, now: Date): boolean {
  const unserved = Math.min(maxCheckInterval, Math.max(minCheckInterval, since(deployedAt, now) / 4));
  return since(servedCheckedAt, now) >= (servedSerial === serial ? maxCheckInterval : unserved);
}

/** Whether the grace period of the host is over. It doubles with each lost deployment. */
function isLost({ deployedAt, servedAt, timesLost }: Certificate, now: Date): boolean {
  const unservedFor = Math.min(since(deployedAt, now), since(servedAt, now));
  return unservedFor > Math.min(maxGracePeriod, initialGracePeriod * 2 ** timesLost);
}

const dayMs = 86_400_000;

/** Share of the lifetime. Renewal begins with a third of it left, so an earlier warning would be a false alarm. */
const maxShareLeft = 1 / 4;

/** Returns the smallest of the given numbers of days that is reached (0: the certificate has expired), else `undefined`. */
export function dueWarning(
  { notBefore, notAfter }: { notBefore: Date; notAfter: Date },
  warningDays: readonly number[],
  now: Date,
): number | undefined {
  const left = notAfter.getTime() - now.getTime();
  const maxLeft = (notAfter.getTime() - notBefore.getTime()) * maxShareLeft;
  const reached = warningDays.filter((days) => left <= days * dayMs && days * dayMs <= maxLeft);
  return reached.length === 0 ? undefined : Math.min(...reached);
}
