import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { decoyLike } from '#password-hashes';
import { minimalEnvironment } from '../../test/support/builders/environment.js';
import { parseMetrics, valueOf } from '../../test/support/drivers/metrics.js';
import { loadConfig } from '../common/config/config.js';
import { HealthParts } from '../common/health/health-parts.js';
import { Log } from '../common/logging/log.js';

import { PasswordHasher, PasswordHasherMonitoring } from './password-hasher.js';

function createHasher(variables: Record<string, string>): PasswordHasher {
  const { legacyHashes, registration } = loadConfig(variables);
  return new PasswordHasher(legacyHashes, registration, new Log());
}

let hasher: PasswordHasher;
beforeEach(() => {
  hasher = createHasher(minimalEnvironment);
});
afterEach(() => hasher.onApplicationShutdown());

describe('PasswordHasherMonitoring', () => {
  it('counts completed and refused checks, and reports overload', async () => {
    const [registry, parts] = [new Registry(), new HealthParts()];
    new PasswordHasherMonitoring(registry, hasher, parts);
    const isHealthy = async () => (await parts.read()).get('passwordChecks');
    expect(await isHealthy()).toBe(true);
    const dummy = decoyLike(`$2a$08$${'.'.repeat(53)}`);
    const checks = Array.from({ length: 200 }, (_, n) => hasher.verify(`guess ${n}`, dummy));
    const outcomes = Promise.allSettled(checks);
    expect(await isHealthy()).toBe(false);
    const refused = (await outcomes).filter(({ status }) => status === 'rejected').length;
    const samples = parseMetrics(await registry.metrics());
    expect(refused).toBeGreaterThan(0);
    expect(valueOf(samples, 'usher_hash_refusals_total')).toBe(refused);
    expect(valueOf(samples, 'usher_hash_wait_seconds_count')).toBe(200 - refused);
    expect(valueOf(samples, 'usher_hash_duration_seconds_count', { task: 'check' })).toBe(200 - refused);
    expect(valueOf(samples, 'usher_hash_wait_seconds_sum')).toBeGreaterThan(
      valueOf(samples, 'usher_hash_duration_seconds_sum') ?? Infinity,
    );
    expect(await isHealthy()).toBe(true);
  });
});
