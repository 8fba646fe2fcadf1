import { Injectable } from '@nestjs/common';
import { QueueView } from '../jobs/queue.js';
import type { AcmeConfig } from '../common/config/acme.config.js';
import { type RenewalAction, RenewalService, type RenewalTask } from './issuance/renewal.service.js';
import { type Certificate, CertificateQuery } from './persistence/certificates.repository.js';

/** Certificates that were removed from the configuration are not renewed. */
const isWaiting = `wanted_at > now() - interval '1 day'
  AND (chain IS NULL OR renew_at <= now() OR failures > 0 OR step IS NOT NULL)`;

const isBackingOff = 'greatest(next_order_at, next_deployment_at) > now()';

/** Certificates to be issued, renewed or deployed. One process at a time works on them. */
export const certificateRenewalsQueue = new QueueView(
  {
    name: 'certificate-renewals-figures',
    text: `
      SELECT count(*)::int AS waiting, count(*) FILTER (WHERE step IS NULL AND NOT ${isBackingOff})::int AS due,
        count(*) FILTER (WHERE step IS NOT NULL)::int AS running,
        count(*) FILTER (WHERE step IS NULL AND failures > 0)::int AS failed,
        coalesce(max(failures) FILTER (WHERE step IS NULL), 0) AS attempts,
        min(CASE WHEN renew_at <= now() THEN renew_at ELSE coalesce(issued_at, created_at) END) AS oldest,
        (array_agg(last_error ORDER BY id DESC) FILTER (WHERE last_error IS NOT NULL))[1] AS "lastError"
      FROM usher.certificates WHERE ${isWaiting}`,
  },
  {
    name: 'certificate-renewals-retry',
    text: `
      UPDATE usher.certificates SET next_order_at = to_timestamp(0), next_deployment_at = to_timestamp(0)
      WHERE ${isWaiting} AND step IS NULL AND failures > 0 AND ${isBackingOff}
      RETURNING 1`,
  },
);

export { type Certificate, CertificateQuery } from './persistence/certificates.repository.js';

type Print = (text: string) => void;

/** The certificate commands of operators. */
@Injectable()
export class Certificates {
  constructor(
    private readonly query: CertificateQuery,
    private readonly renewal: RenewalService,
  ) {}

  list(): Promise<Certificate[]> {
    return this.query.findAll();
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
