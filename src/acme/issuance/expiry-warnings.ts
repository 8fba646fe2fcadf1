import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { Outbox } from '../../platform/mail/outbox.js';
import { type Certificate, CertificatesRepository } from '../persistence/certificates.repository.js';
import { warningAt } from './warning-time.js';

type Settings = NonNullable<Config['acme']>;

/** Tells ACME_CONTACT when a certificate comes close to its end, once for each number of days in ACME_WARNING_DAYS. */
@Injectable()
export class ExpiryWarnings {
  constructor(
    private readonly database: Database,
    private readonly certificates: CertificatesRepository,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  async warn({ id, names, warnedDays, ...certificate }: Certificate, settings: Settings): Promise<void> {
    const { notBefore, notAfter, lastError } = certificate;
    const { contact, warningDays } = settings;
    if (notBefore === null || notAfter === null || contact === undefined) return;
    const days = warningAt({ notBefore, notAfter }, warningDays, this.clock.now());
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
