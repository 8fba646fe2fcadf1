import { types } from 'node:util';
import { Injectable } from '@nestjs/common';
import { Counter, Histogram, Registry } from 'prom-client';
import { HealthParts } from '../common/health/health-parts.js';
import { registerGauge } from '../common/metrics/register-gauge.js';
import { CognitoAdminClient, CognitoAppClient, type RequestObserver } from './cognito-client.js';
import { exceptionMap } from './exception-map.js';
import { SigningKeys } from './signing-keys.js';

/** Seconds. A sign-in that invokes the migration Lambda takes up to fifteen. */
const buckets = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20];

/** Metrics and the health part `cognito`. */
@Injectable()
export class CognitoMonitoring {
  constructor(
    registry: Registry,
    health: HealthParts,
    keys: SigningKeys,
    appClient: CognitoAppClient,
    admin: CognitoAdminClient,
  ) {
    const observer = createObserver(registry);
    appClient.observe(observer);
    admin.observe(observer);
    registerGauge(
      registry,
      {
        name: 'usher_cognito_circuit_open',
        help: '1 while the circuit breaker is open, for operations without (app_client) and with AWS credentials (admin)',
        labelNames: ['connection'],
      },
      () => [
        { labels: { connection: 'app_client' }, value: Number(appClient.isCircuitOpen) },
        { labels: { connection: 'admin' }, value: Number(admin.isCircuitOpen) },
      ],
    );
    health.add('cognito', () => keys.areKnown && !appClient.isCircuitOpen && !admin.isCircuitOpen);
  }
}

function createObserver(registry: Registry): RequestObserver {
  const duration = new Histogram({
    name: 'usher_cognito_request_duration_seconds',
    help: 'Duration of requests to Cognito, successful or not, by operation',
    labelNames: ['operation'],
    buckets,
    registers: [registry],
  });
  const errors = new Counter({
    name: 'usher_cognito_errors_total',
    help: 'Failed requests to Cognito by exception, wrong passwords included',
    labelNames: ['operation', 'error'],
    registers: [registry],
  });
  return (operation, seconds, error) => {
    duration.observe({ operation }, seconds);
    if (error !== undefined) errors.inc({ operation, error: toLabel(error) });
  };
}

const knownExceptions = new Set(Object.values(exceptionMap).flatMap((codes) => Object.keys(codes)));

/** Only known names become labels: a proxy could invent others. */
function toLabel(error: unknown): string {
  if (!types.isNativeError(error)) return 'other';
  if (knownExceptions.has(error.name)) return error.name;
  return hasStatus(error) ? 'other' : 'no_answer';
}

const hasStatus = (error: Error & { $metadata?: { httpStatusCode?: number } }): boolean =>
  error.$metadata?.httpStatusCode !== undefined;
