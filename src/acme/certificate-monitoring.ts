import { Inject, Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';
import { Clock } from '../common/clock/clock.js';
import { type AcmeConfig, acmeConfig } from '../common/config/acme.config.js';
import { HealthParts } from '../common/health/health-parts.js';
import { Log } from '../common/logging/log.js';
import { type Memoized, memoize } from '../common/metrics/memoize.js';
import { registerGauge } from '../common/metrics/register-gauge.js';
import { type Certificate, CertificateQuery } from './persistence/certificates.repository.js';

const cacheMs = 15_000;

/** Share of the lifetime. Renewal begins with a third left, so with a fifth left many attempts have failed. */
const minShareLeft = 0.2;

/** The certificates in the configuration; others are not renewed. Cached for metrics and health. */
@Injectable()
export class ConfiguredCertificates {
  private readonly names: Set<string>;
  private readonly cached: Memoized<Certificate[]>;

  constructor(@Inject(acmeConfig.KEY) acme: AcmeConfig, certificates: CertificateQuery, log: Log) {
    this.names = new Set(acme?.certificates.map((names) => names.join()));
    this.cached = memoize(() => certificates.findAll(), cacheMs, log, 'the certificates');
  }

  get count(): number {
    return this.names.size;
  }

  /** Returns `undefined` if none are configured, or the database is unavailable. */
  async read(): Promise<Certificate[] | undefined> {
    if (this.names.size === 0) return undefined;
    return (await this.cached())?.filter(({ names }) => this.names.has(names.join()));
  }
}

@Injectable()
export class CertificateMonitoring {
  constructor(registry: Registry, certificates: ConfiguredCertificates) {
    const gauge = (name: string, help: string, valueOf: (certificate: Certificate) => number | undefined) =>
      registerGauge(registry, { name, help, labelNames: ['names'] }, async () =>
        (await certificates.read())?.flatMap((certificate) => {
          const value = valueOf(certificate);
          return value === undefined ? [] : [{ labels: { names: certificate.names.join() }, value }];
        }),
      );
    gauge(
      'usher_certificate_expiry_timestamp_seconds',
      'Expiry of a configured certificate',
      ({ notAfter }) => seconds(notAfter),
    );
    gauge('usher_certificate_start_timestamp_seconds', 'Start of its validity', ({ notBefore }) =>
      seconds(notBefore),
    );
    gauge('usher_certificate_failures', 'Consecutive failed renewal attempts', ({ failures }) => failures);
  }
}

/** A configured certificate that does not exist yet counts as unhealthy. */
@Injectable()
export class CertificateHealth {
  constructor(parts: HealthParts, certificates: ConfiguredCertificates, clock: Clock) {
    parts.add('certificates', async () => {
      const all = await certificates.read();
      const healthy = all?.filter((certificate) => shareLeft(certificate, clock.now()) > minShareLeft);
      return healthy && healthy.length === certificates.count;
    });
  }
}

const seconds = (time: Date | null): number | undefined =>
  time === null ? undefined : time.getTime() / 1000;

function shareLeft({ notBefore, notAfter }: Certificate, now: Date): number {
  if (notBefore === null || notAfter === null) return 0;
  return (notAfter.getTime() - now.getTime()) / (notAfter.getTime() - notBefore.getTime());
}
