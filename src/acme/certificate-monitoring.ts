import { Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';
import { Clock } from '../platform/clock/clock.js';
import { Config } from '../platform/config/config.js';
import { HealthParts } from '../platform/health/health-parts.js';
import { Log } from '../platform/logging/log.js';
import { Cached } from '../platform/metrics/cached.js';
import { readGauge } from '../platform/metrics/read-gauge.js';
import { type Certificate, CertificatesRepository } from './persistence/certificates.repository.js';

const keptMs = 15_000;

/** Of a certificate's life. It is renewed when a third is left, so with a fifth left many tries have failed. */
const tooLittle = 0.2;

/** Those that are wanted now: what is left of others does not renew itself, and nobody minds. Read once for all who look. */
@Injectable()
export class WatchedCertificates {
  private readonly names: Set<string>;
  private readonly cached: Cached<Certificate[]>;

  constructor({ acme }: Config, certificates: CertificatesRepository, log: Log) {
    this.names = new Set(acme?.certificates.map((names) => names.join()));
    this.cached = new Cached(() => certificates.all(), keptMs, log, 'the certificates');
  }

  get count(): number {
    return this.names.size;
  }

  /** Undefined where none are wanted, or they cannot be read. */
  async read(): Promise<Certificate[] | undefined> {
    if (this.names.size === 0) return undefined;
    return (await this.cached.get())?.filter(({ names }) => this.names.has(names.join()));
  }
}

@Injectable()
export class CertificateMonitoring {
  constructor(registry: Registry, certificates: WatchedCertificates) {
    const gauge = (name: string, help: string, valueOf: (certificate: Certificate) => number | undefined) =>
      readGauge(registry, { name, help, labelNames: ['names'] }, async () =>
        (await certificates.read())?.flatMap((certificate) => {
          const value = valueOf(certificate);
          return value === undefined ? [] : [{ labels: { names: certificate.names.join() }, value }];
        }),
      );
    gauge(
      'usher_certificate_expiry_timestamp_seconds',
      'When a certificate of ours expires',
      ({ notAfter }) => seconds(notAfter),
    );
    gauge('usher_certificate_start_timestamp_seconds', 'Since when it is valid', ({ notBefore }) =>
      seconds(notBefore),
    );
    gauge(
      'usher_certificate_failures',
      'Tries in a row that got no certificate in place',
      ({ failures }) => failures,
    );
  }
}

/** A certificate that is wanted and not there yet is away, too. */
@Injectable()
export class CertificateHealth {
  constructor(parts: HealthParts, certificates: WatchedCertificates, clock: Clock) {
    parts.add('certificates', async () => {
      const there = await certificates.read();
      const good = there?.filter((certificate) => shareLeft(certificate, clock.now()) > tooLittle);
      return good && good.length === certificates.count;
    });
  }
}

const seconds = (time: Date | null): number | undefined =>
  time === null ? undefined : time.getTime() / 1000;

function shareLeft({ notBefore, notAfter }: Certificate, now: Date): number {
  if (notBefore === null || notAfter === null) return 0;
  return (notAfter.getTime() - now.getTime()) / (notAfter.getTime() - notBefore.getTime());
}
