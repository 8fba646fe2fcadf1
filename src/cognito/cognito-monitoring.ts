import { types } from 'node:util';
import { Injectable } from '@nestjs/common';
import { Counter, Histogram, Registry } from 'prom-client';
import { readGauge } from '../platform/metrics/read-gauge.js';
import { AdminConnection } from './admin-connection.js';
import { AppClientConnection } from './app-client-connection.js';
import type { Observer } from './cognito-connection.js';
import { meanings } from './exceptions.js';

/** Seconds. Where Cognito asks the migration Lambda, it takes up to fifteen. */
const buckets = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20];

@Injectable()
export class CognitoMonitoring {
  constructor(registry: Registry, appClient: AppClientConnection, admin: AdminConnection) {
    const observer = createObserver(registry);
    appClient.observe(observer);
    admin.observe(observer);
    readGauge(
      registry,
      {
        name: 'usher_cognito_circuit_open',
        help: '1 while Cognito does not answer and is left alone, for what needs no AWS credentials and what does',
        labelNames: ['connection'],
      },
      () => [
        { labels: { connection: 'app_client' }, value: Number(!appClient.isAnswering) },
        { labels: { connection: 'admin' }, value: Number(!admin.isAnswering) },
      ],
    );
  }
}

function createObserver(registry: Registry): Observer {
  const duration = new Histogram({
    name: 'usher_cognito_request_duration_seconds',
    help: "Requests to Cognito, whatever it answered, by Cognito's operation",
    labelNames: ['operation'],
    buckets,
    registers: [registry],
  });
  const errors = new Counter({
    name: 'usher_cognito_errors_total',
    help: 'Requests to Cognito without a good answer, by exception; a wrong password is one too',
    labelNames: ['operation', 'error'],
    registers: [registry],
  });
  return (operation, seconds, error) => {
    duration.observe({ operation }, seconds);
    if (error !== undefined) errors.inc({ operation, error: nameOf(error) });
  };
}

const known = new Set(Object.values(meanings).flatMap((exceptions) => Object.keys(exceptions)));

/** Cognito's name for it where we know it; names come from elsewhere, and are not all to become labels. */
function nameOf(error: unknown): string {
  if (!types.isNativeError(error)) return 'other';
  if (known.has(error.name)) return error.name;
  return hasStatus(error) ? 'other' : 'no_answer';
}

const hasStatus = (error: Error & { $metadata?: { httpStatusCode?: number } }): boolean =>
  error.$metadata?.httpStatusCode !== undefined;
