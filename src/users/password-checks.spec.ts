import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import bcrypt from 'bcryptjs';
import { decoyLike } from '#password-hashes';
import { minimalEnvironment } from '../../test/support/environment.js';
import { loadConfig } from '../platform/config/config.js';
import { Log } from '../platform/logging/log.js';
import { isAppError } from '../platform/errors/app-error.js';
import { PasswordChecks } from './password-checks.js';

let checks: PasswordChecks;
beforeEach(() => {
  checks = new PasswordChecks(loadConfig({ ...minimalEnvironment, PASSWORD_PEPPERS: 'pepper' }), new Log());
});
/** One from each kind of package: native code, Node's own and ours. */
const vectors = (
  JSON.parse(readFileSync('test/fixtures/more-password-hashes.json', 'utf8')) as {
    entries: { format: string; hash: string; password: string }[];
  }
).entries.filter(
  ({ format }, at, all) =>
    all.findIndex((other) => other.format === format) === at &&
    /argon2i$|django_scrypt|sha256_crypt|bcrypt_2x|yescrypt/.test(format),
);

afterEach(() => checks.onApplicationShutdown());

const stored = bcrypt.hashSync('right' + 'pepper', 10);

const decoyOf = (cost: number) => decoyLike(`$2a$${String(cost).padStart(2, '0')}$${'.'.repeat(53)}`);

describe('PasswordChecks', () => {
  it('knows right from wrong, with the configured pepper', async () => {
    expect(await checks.verify('right', stored)).toBe('match');
    expect(await checks.verify('wrong', stored)).toBe('mismatch');
    expect(await checks.verify('right', 'garbage')).toBe('unknown-scheme');
  });

  it('takes plain hexadecimal digits for what the configuration says', async () => {
    const digest = createHash('sha1').update('right').digest('hex');
    expect(await checks.verify('right', digest)).toBe('unknown-scheme');
    const told = new PasswordChecks(
      loadConfig({ ...minimalEnvironment, LEGACY_HASH_SCHEME: 'hex_sha1' }),
      new Log(),
    );
    expect(await told.verify('right', digest)).toBe('match-needs-rehash');
    await told.onApplicationShutdown();
  });

  it.each(vectors)('checks $format on a worker thread too', async ({ hash, password }) => {
    expect(await checks.verify(password, hash)).toMatch(/^match/);
  });

  it('leaves the main thread free', async () => {
    let ticks = 0;
    const count = setInterval(() => (ticks += 1), 1);
    await checks.verify('right', decoyOf(12));
    clearInterval(count);
    expect(ticks).toBeGreaterThan(20);
  });

  it('shares one answer among identical questions, and only among those', () => {
    const first = checks.verify('right', stored);
    expect(checks.verify('right', stored)).toBe(first);
    expect(checks.verify('right ', stored)).not.toBe(first);
    expect(checks.verify('right', decoyOf(10))).not.toBe(first);
    return first;
  });

  it('refuses what would be answered too late, and recovers', async () => {
    const decoy = decoyOf(8);
    const questions = Array.from({ length: 200 }, (_, n) => checks.verify(`guess ${n}`, decoy));
    const outcomes = await Promise.allSettled(questions);
    const refused = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
    );
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(200);
    for (const reason of refused) {
      expect(isAppError(reason, 'overloaded')).toBe(true);
      expect(reason).toHaveProperty('retryAfter', 2);
    }
    // A refusal is not remembered as an answer.
    expect(await checks.verify('guess 199', decoy)).toBe('mismatch');
  });
});
