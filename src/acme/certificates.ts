import { Clock } from '../platform/clock/clock.js';
import type { Config } from '../platform/config/config.js';
import { Keys } from '../platform/crypto/keys.js';
import { Seal } from '../platform/crypto/seal.js';
import type { Database } from '../platform/database/database.js';
import type { Log } from '../platform/logging/log.js';
import { Attempts } from './issuance/attempts.js';
import { Deployment } from './issuance/deployment.js';
import { Issuing, type Progress } from './issuance/issuing.js';
import { RenewalPlan } from './issuance/renewal-plan.js';
import { Renewer } from './issuance/renewer.js';
import { type Certificate, CertificatesRepository } from './persistence/certificates.repository.js';
import { ChallengesRepository } from './persistence/challenges.repository.js';

export type { Certificate } from './persistence/certificates.repository.js';

type Settings = NonNullable<Config['acme']>;

/** An operator's view of the certificates. */
export class Certificates {
  private readonly certificates: CertificatesRepository;
  private readonly renewer: Renewer;

  constructor(database: Database, sessionSecrets: readonly string[], log: Log) {
    const clock = new Clock();
    this.certificates = new CertificatesRepository(database, new Seal(new Keys({ sessionSecrets }), clock));
    const issuing = new Issuing(this.certificates, new ChallengesRepository(database));
    const attempts = new Attempts(this.certificates, issuing, new Deployment(this.certificates), log);
    const plan = new RenewalPlan(this.certificates, clock, log);
    this.renewer = new Renewer(database, this.certificates, attempts, plan);
  }

  list(): Promise<Certificate[]> {
    return this.certificates.all();
  }

  /** Gets those that are not there yet. False where another process is at it. @throws AcmeProblem; Error */
  issue(settings: Settings, progress: Progress): Promise<boolean> {
    return this.renewer.issueNow(
      settings,
      ({ chain, orderUrl }) => chain === null || orderUrl !== null,
      progress,
    );
  }

  /** Gets all of them anew, or the one with this name. As `issue`. */
  renew(settings: Settings, name: string | undefined, progress: Progress): Promise<boolean> {
    return this.renewer.issueNow(
      settings,
      ({ names }) => name === undefined || names.includes(name),
      progress,
    );
  }
}
