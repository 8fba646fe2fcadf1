import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock/clock.js';
import type { AcmeConfig } from '../../common/config/acme.config.js';
import { problemOfCertificates } from '../../common/crypto/pem-certificates.js';
import { Database } from '../../common/database/database.js';
import { Log } from '../../common/logging/log.js';
import type { CertificateHost } from '../hosts/certificate-host.js';
import { FileHost } from '../hosts/file-host.js';
import { HerokuHost } from '../hosts/heroku-host.js';
import { type Certificate, CertificatesRepository } from '../persistence/certificates.repository.js';
import { AcmeError } from './acme-error.js';
import { fetchRenewalInfo, renewalIdentifier, type RenewalInfo } from './certificate-authority.js';
import { OrderService, type Progress } from './order.service.js';

/** `order`: order a certificate and deploy it. `deploy`: deploy the current one if its key can be unsealed, else order. */
export type RenewalAction = 'order' | 'deploy';

/** Receives the certificate as it is before the task. The signal is aborted at shutdown and when the lock is lost. */
export type RenewalTask = (certificate: Certificate, signal: AbortSignal) => Promise<void>;

interface Attempt {
  action: RenewalAction;
  /** Stops the attempt before its next step; that is not recorded as a failure. */
  signal: AbortSignal;
  onStep?: (step: string) => void;
}

/** The same in every process and version: "acme" on a telephone keypad. */
const lockKey = 2263;

/** Seconds between requests for renewal information: six hours by default (RFC 9773 section 4.3), bounded otherwise. */
const defaultInfoInterval = 6 * 3600;
const minInfoInterval = 60;
const maxInfoInterval = 24 * 3600;

/** Milliseconds between two orders, in case the CA always advises immediate renewal or processes are configured with different CAs. */
const minOrderInterval = 6 * 3600_000;
const minOrderIntervalOfNewCa = 900_000;

/** Seconds; the back-off doubles up to six hours. Let's Encrypt allows five failures per name and hour. */
const initialBackOff = 900;
const maxBackOff = 6 * 3600;

/** Schedules, orders and deploys certificates, in one process at a time. */
@Injectable()
export class RenewalService {
  constructor(
    private readonly database: Database,
    private readonly certificates: CertificatesRepository,
    private readonly orders: OrderService,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /**
   * Runs the tasks for each configured certificate under the lock. Returns false if another process holds the lock.
   * @param shutdown stops before the next task
   * @throws the first error, after all certificates are done
   */
  forEachCertificate(
    { certificates }: AcmeConfig,
    tasks: readonly RenewalTask[],
    shutdown: AbortSignal,
  ): Promise<boolean> {
    return this.database.exclusively(lockKey, async (lost) => {
      const signal = AbortSignal.any([lost, shutdown]);
      const errors: unknown[] = [];
      for (const names of certificates)
        try {
          if (!signal.aborted) await this.runTasks(names, tasks, signal);
        } catch (error) {
          errors.push(error);
        }
      if (lost.aborted) throw new Error('Lost the database connection that holds the renewal lock');
      if (errors.length > 0 && !shutdown.aborted) throw errors[0];
    });
  }

  private async runTasks(
    names: readonly string[],
    tasks: readonly RenewalTask[],
    signal: AbortSignal,
  ): Promise<void> {
    await this.certificates.markWanted(names, this.clock.now());
    for (const task of tasks) {
      const certificate = await this.certificates.find(names);
      if (certificate && !signal.aborted) await task(certificate, signal);
    }
  }

  /** Fetches the CA's renewal information when it is due, and saves the renewal time. */
  async updateSchedule(certificate: Certificate, settings: AcmeConfig): Promise<void> {
    const { id, names, chain, notBefore, notAfter, renewAt, adviceDueAt } = certificate;
    if (chain === null || notBefore === null || notAfter === null) return;
    const now = this.clock.now();
    if (adviceDueAt !== null && adviceDueAt > now) return;
    const fetched = await this.fetchRenewalInfo(certificate, settings);
    // A window after the expiry is not usable.
    const info = fetched && fetched.window.end < notAfter ? fetched : undefined;
    const next = info
      ? renewalInWindow(info.window, renewAt, Math.random())
      : (renewAt ?? defaultRenewal({ notBefore, notAfter }, Math.random()));
    if (info && next.getTime() !== renewAt?.getTime())
      // Operators must see the CA's explanation (RFC 9773 section 4.2).
      this.log.info('renewal time set from renewal information of the CA', {
        certificate: id,
        names: names.join(),
        renewAt: next.toISOString(),
        explanationUrl: info.explanationUrl,
      });
    const interval = Math.min(
      maxInfoInterval,
      Math.max(minInfoInterval, info?.retryAfter ?? defaultInfoInterval),
    );
    await this.certificates.recordRenewal(id, next, new Date(now.getTime() + interval * 1000));
  }

  private async fetchRenewalInfo(
    { chain, issuedBy }: Certificate,
    settings: AcmeConfig,
  ): Promise<RenewalInfo | undefined> {
    const identifier = chain === null ? undefined : renewalIdentifier(chain);
    if (identifier === undefined || issuedBy !== settings.directoryUrl) return undefined;
    try {
      return await fetchRenewalInfo(settings, identifier);
    } catch (error) {
      this.log.warn('failed to fetch renewal information from the CA', { error });
      return undefined;
    }
  }

  /** Returns the required actions, most important first. An issued certificate that is not deployed is not ordered again. */
  requiredActions(certificate: Certificate, settings: AcmeConfig): RenewalAction[] {
    const { serial, deployedSerial } = certificate;
    const isUndeployed = serial !== null && serial !== deployedSerial && createHost(settings) !== undefined;
    return [
      ...(needsOrder(certificate, settings, this.clock.now()) ? (['order'] as const) : []),
      ...(isUndeployed ? (['deploy'] as const) : []),
    ];
  }

  /** Returns the error, which is recorded with the time of the next attempt. @throws the reason of the signal */
  async renew(
    certificate: Certificate,
    settings: AcmeConfig,
    { action, signal, onStep }: Attempt,
  ): Promise<Error | undefined> {
    const { id, names } = certificate;
    const progress: Progress = {
      signal,
      step: async (text) => {
        signal.throwIfAborted();
        onStep?.(text);
        await this.certificates.recordStep(id, text, this.clock.now());
      },
    };
    const isOrder = action === 'order' || (await this.certificates.findKey(id)) === undefined;
    if (isOrder) {
      const error = await this.recordingFailure('order', certificate, signal, () =>
        this.orders.order(certificate, settings, progress),
      );
      if (error) return error;
    }
    const issued = (await this.certificates.find(names)) ?? certificate;
    const error = await this.recordingFailure('deploy', issued, signal, () =>
      this.deploy(issued, settings, progress),
    );
    if (error) return error;
    await this.certificates.recordSuccess(id, isOrder);
    return undefined;
  }

  /** The only place where private keys leave the service. @throws HostError */
  private async deploy(
    { id, names, chain, serial }: Certificate,
    settings: AcmeConfig,
    progress: Progress,
  ): Promise<void> {
    const host = createHost(settings);
    if (host === undefined || chain === null || serial === null) return;
    const key = await this.certificates.findKey(id);
    if (key === undefined)
      throw new Error('The private key was sealed with a secret that SESSION_SECRETS lacks');
    await progress.step('deploying');
    await host.deploy({ names, chain, key, serial });
    await this.certificates.recordDeployed(id, serial, this.clock.now());
  }

  private async recordingFailure(
    action: RenewalAction,
    { id, failures }: Certificate,
    signal: AbortSignal,
    work: () => Promise<void>,
  ): Promise<Error | undefined> {
    try {
      await work();
      return undefined;
    } catch (thrown) {
      signal.throwIfAborted();
      const error = thrown instanceof Error ? thrown : new Error('unknown');
      const retryAfter = error instanceof AcmeError ? (error.retryAfter ?? 0) : 0;
      const backOff = Math.max(Math.min(maxBackOff, initialBackOff * 2 ** failures), retryAfter);
      const next = new Date(this.clock.now().getTime() + backOff * 1000);
      await this.certificates.recordFailure(id, action, { error: error.message, next });
      return error;
    }
  }
}

/** Shares of the lifetime. The jitter is subtracted, so that renewal is never later than two thirds. */
const latestShare = 2 / 3;
const jitterShare = 1 / 20;

/** @param random from 0 to 1, so that many hosts do not renew at the same time */
export function defaultRenewal(
  { notBefore, notAfter }: { notBefore: Date; notAfter: Date },
  random: number,
): Date {
  const lifetime = notAfter.getTime() - notBefore.getTime();
  return new Date(notBefore.getTime() + lifetime * (latestShare - jitterShare * random));
}

/** Returns a random time in the window (RFC 9773 section 4.2), or the scheduled time while it is still in the window. */
export function renewalInWindow(
  { start, end }: RenewalInfo['window'],
  scheduled: Date | null,
  random: number,
): Date {
  if (scheduled !== null && scheduled >= start && scheduled <= end) return scheduled;
  return new Date(start.getTime() + (end.getTime() - start.getTime()) * random);
}

/** Whether the certificate is missing or broken, its order is open, the configured CA is another one, or renewal is due. */
function needsOrder(certificate: Certificate, { directoryUrl }: AcmeConfig, now: Date): boolean {
  const { chain, orderUrl, issuedBy, issuedAt, renewAt, notAfter } = certificate;
  if (chain === null || problemOfCertificates(chain) !== undefined || orderUrl !== null) return true;
  const age = now.getTime() - (issuedAt?.getTime() ?? 0);
  if (issuedBy !== directoryUrl) return age >= minOrderIntervalOfNewCa;
  const isDue = [renewAt, notAfter].some((time) => time !== null && time <= now);
  return isDue && age >= minOrderInterval;
}

/** Returns the configured host; `undefined` if certificates stay in the database. */
export function createHost({ heroku, files }: AcmeConfig): CertificateHost | undefined {
  if (heroku) return new HerokuHost(heroku);
  if (!files) return undefined;
  const { directory, reloadCommand, checkAddress } = files;
  return new FileHost({
    directory,
    ...(reloadCommand !== undefined && { reloadCommand }),
    ...(checkAddress !== undefined && { checkAddress }),
  });
}
