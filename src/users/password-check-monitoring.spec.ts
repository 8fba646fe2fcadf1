import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { decoyLike } from '#password-hashes';
import { minimalEnvironment } from '../../test/support/environment.js';
import { parseMetrics, valueOf } from '../../test/support/metrics.js';
import { loadConfig } from '../platform/config/config.js';
import { HealthParts } from '../platform/health/health-parts.js';
import { Log } from '../platform/logging/log.js';
import { PasswordCheckMonitoring } from './password-check-monitoring.js';
import { PasswordChecks } from './password-checks.js';

let checks: PasswordChecks;
beforeEach(() => {
  checks = new PasswordChecks(loadConfig(minimalEnvironment), new Log());
});
afterEach(() => checks.onApplicationShutdown());

describe('PasswordCheckMonitoring', () => {
  it('counts what was done and what was refused, and says that the threads have too much to do', async () => {
    const [registry, parts] = [new Registry(), new HealthParts()];
    new PasswordCheckMonitoring(registry, checks, parts);
    const isWell = async () => (await parts.read()).get('passwordChecks');
    expect(await isWell()).toBe(true);
    const decoy = decoyLike(`$2a$08$${'.'.repeat(53)}`);
    const questions = Array.from({ length: 200 }, (_, n) => checks.verify(`guess ${n}`, decoy));
    const outcomes = Promise.allSettled(questions);
    expect(await isWell()).toBe(false);
    const refused = (await outcomes).filter(({ status }) => status === 'rejected').length;
    const samples = parseMetrics(await registry.metrics());
    expect(refused).toBeGreaterThan(0);
    expect(valueOf(samples, 'usher_hash_refusals_total')).toBe(refused);
    expect(valueOf(samples, 'usher_hash_wait_seconds_count')).toBe(200 - refused);
    expect(valueOf(samples, 'usher_hash_duration_seconds_count', { task: 'check' })).toBe(200 - refused);
    // They waited for each other.
    expect(valueOf(samples, 'usher_hash_wait_seconds_sum')).toBeGreaterThan(
      valueOf(samples, 'usher_hash_duration_seconds_sum') ?? Infinity,
    );
    expect(await isWell()).toBe(true);
  });
});
