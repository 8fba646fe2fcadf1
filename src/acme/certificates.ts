import { Clock } from '../common/clock/clock.js';
import type { AcmeConfig } from '../common/config/acme.config.js';
import type { SecretsConfig } from '../common/config/sessions.config.js';
import { KeyRing } from '../common/crypto/key-ring.js';
import { SealedBox } from '../common/crypto/sealed-box.js';
import type { Database } from '../common/database/database.js';
import type { Log } from '../common/logging/log.js';
import { ChallengeService } from './challenge.service.js';
import { OrderService } from './issuance/order.service.js';
import { type RenewalAction, RenewalService, type RenewalTask } from './issuance/renewal.service.js';
import { type Certificate, CertificatesRepository } from './persistence/certificates.repository.js';

export type { Certificate } from './persistence/certificates.repository.js';

type Print = (text: string) => void;

/** The certificate commands of operators. */
export class Certificates {
  private readonly certificates: CertificatesRepository;
  private readonly renewal: RenewalService;

  constructor(database: Database, secrets: SecretsConfig, log: Log) {
    const clock = new Clock();
    const sealedBox = new SealedBox(new KeyRing(secrets), clock);
    this.certificates = new CertificatesRepository(database, sealedBox);
    const orders = new OrderService(this.certificates, new ChallengeService(database), clock);
    this.renewal = new RenewalService(database, this.certificates, orders, clock, log);
  }

  list(): Promise<Certificate[]> {
    return this.certificates.findAll();
  }

  /** Renews what is missing or due. Returns false if another process is renewing. @throws Error with each failure */
  issue(settings: AcmeConfig, print: Print): Promise<boolean> {
    return this.run(settings, (certificate) => this.renewal.requiredActions(certificate, settings)[0], print);
  }

  /** Renews all certificates, or the one with this name. Returns and throws like `issue`. */
  renew(settings: AcmeConfig, name: string | undefined, print: Print): Promise<boolean> {
    const isSelected = ({ names }: Certificate) => name === undefined || names.includes(name);
    return this.run(settings, (certificate) => (isSelected(certificate) ? 'order' : undefined), print);
  }

  /** Ignores back-off and Retry-After, because an operator may know that the cause is fixed. */
  private async run(
    settings: AcmeConfig,
    actionFor: (certificate: Certificate) => RenewalAction | undefined,
    print: Print,
  ): Promise<boolean> {
    const failures: string[] = [];
    const renew: RenewalTask = async (certificate, signal) => {
      const action = actionFor(certificate);
      if (action === undefined) return;
      const names = certificate.names.join(', ');
      const onStep: Print = (step) => print(`${names}: ${step}`);
      const error = await this.renewal.renew(certificate, settings, { action, signal, onStep });
      if (error) failures.push(`${names}: ${error.message}`);
      else onStep('up to date');
    };
    const updateSchedule: RenewalTask = (certificate) => this.renewal.updateSchedule(certificate, settings);
    // An interrupted command exits at once; the next attempt continues the order.
    const noShutdown = new AbortController().signal;
    const done = await this.renewal.forEachCertificate(settings, [renew, updateSchedule], noShutdown);
    if (failures.length > 0) throw new Error(failures.join('\n'));
    return done;
  }
}
