import { Clock } from '../platform/clock/clock.js';
import type { Config } from '../platform/config/config.js';
import { Keys } from '../platform/crypto/keys.js';
import { Seal } from '../platform/crypto/seal.js';
import type { Database } from '../platform/database/database.js';
import type { Log } from '../platform/logging/log.js';
import { Attempts, type Need } from './issuance/attempts.js';
import { Deployment } from './issuance/deployment.js';
import { Issuing } from './issuance/issuing.js';
import { Renewal } from './issuance/renewal.js';
import { RenewalPlan } from './issuance/renewal-plan.js';
import { type Task, WantedCertificates } from './issuance/wanted-certificates.js';
import { type Certificate, CertificatesRepository } from './persistence/certificates.repository.js';
import { ChallengesRepository } from './persistence/challenges.repository.js';

export type { Certificate } from './persistence/certificates.repository.js';

type Settings = NonNullable<Config['acme']>;
type Tell = (text: string) => void;

/** An operator's view of the certificates. */
export class Certificates {
  private readonly certificates: CertificatesRepository;
  private readonly wanted: WantedCertificates;
  private readonly attempts: Attempts;
  private readonly plan: RenewalPlan;
  private readonly renewal: Renewal;

  constructor(database: Database, sessionSecrets: readonly string[], log: Log) {
    const clock = new Clock();
    this.certificates = new CertificatesRepository(database, new Seal(new Keys({ sessionSecrets }), clock));
    this.wanted = new WantedCertificates(database, this.certificates, clock);
    const issuing = new Issuing(this.certificates, new ChallengesRepository(database), clock);
    const deployment = new Deployment(this.certificates, clock);
    this.attempts = new Attempts(this.certificates, issuing, deployment, clock);
    this.renewal = new Renewal(this.attempts, deployment, clock, log);
    this.plan = new RenewalPlan(this.certificates, clock, log);
  }

  list(): Promise<Certificate[]> {
    return this.certificates.all();
  }

  /** Gets those that are missing or old. False where another process is at it. @throws Error naming each that failed */
  issue(settings: Settings, tell: Tell): Promise<boolean> {
    return this.make(settings, (certificate) => this.renewal.needsOf(certificate, settings)[0], tell);
  }

  /** Gets all of them anew, or the one with this name. As `issue`. */
  renew(settings: Settings, name: string | undefined, tell: Tell): Promise<boolean> {
    const isMeant = ({ names }: Certificate) => name === undefined || names.includes(name);
    return this.make(settings, (certificate) => (isMeant(certificate) ? 'order' : undefined), tell);
  }

  /** Now, whether a failure or the CA asked to wait or not: an operator may know that it is mended. */
  private async make(
    settings: Settings,
    needOf: (certificate: Certificate) => Need | undefined,
    tell: Tell,
  ): Promise<boolean> {
    const failures: string[] = [];
    const get: Task = async (certificate, _settings, signal) => {
      const need = needOf(certificate);
      if (need === undefined) return;
      const names = certificate.names.join(', ');
      const tellOfIt: Tell = (step) => tell(`${names}: ${step}`);
      const failure = await this.attempts.make(certificate, settings, { need, signal, tell: tellOfIt });
      if (failure) failures.push(`${names}: ${failure.message}`);
      else tellOfIt('in place');
    };
    const plan: Task = (certificate) => this.plan.update(certificate, settings);
    // A command that is interrupted just ends; an order is gone on with.
    const never = new AbortController().signal;
    const done = await this.wanted.each(settings, [get, plan], never);
    if (failures.length > 0) throw new Error(failures.join('\n'));
    return done;
  }
}
