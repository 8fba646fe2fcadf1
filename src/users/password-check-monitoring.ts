import { Injectable } from '@nestjs/common';
import { Counter, Histogram, Registry } from 'prom-client';
import { HealthParts } from '../platform/health/health-parts.js';
import { readGauge } from '../platform/metrics/read-gauge.js';
import { PasswordChecks } from './password-checks.js';

/** Seconds. Nobody waits for longer than four. */
const buckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 4];

@Injectable()
export class PasswordCheckMonitoring {
  constructor(registry: Registry, checks: PasswordChecks, parts: HealthParts) {
    const times = { labelNames: ['task'], buckets, registers: [registry] };
    const wait = new Histogram({
      name: 'usher_hash_wait_seconds',
      help: 'How long a password waited for a free thread',
      ...times,
    });
    const duration = new Histogram({
      name: 'usher_hash_duration_seconds',
      help: 'How long a check of a password, or a new hash, took on its thread',
      ...times,
    });
    const refusals = new Counter({
      name: 'usher_hash_refusals_total',
      help: 'Passwords that were not looked at, because the answer would have come too late',
      registers: [registry],
    });
    checks.observe({
      done: (task, waitedMs, tookMs) => {
        wait.observe({ task }, Math.max(0, waitedMs) / 1000);
        duration.observe({ task }, tookMs / 1000);
      },
      refused: () => refusals.inc(),
    });
    const depth = { name: 'usher_hash_queue_depth', help: 'Passwords that wait for a free thread' };
    readGauge(registry, depth, () => [{ value: checks.waiting }]);
    parts.add('passwordChecks', () => !checks.isOverloaded);
  }
}
