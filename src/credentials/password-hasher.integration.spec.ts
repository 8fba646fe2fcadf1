import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import bcrypt from 'bcryptjs';
import { decoyLike } from '#password-hashes';
import { minimalEnvironment } from '../../test/support/builders/environment.js';
import { until } from '../../test/support/drivers/until.js';
import { loadConfig } from '../common/config/config.js';
import { Log } from '../common/logging/log.js';
import { isAppError } from '../common/errors/app-error.js';
import { PasswordHasher } from './password-hasher.js';

function createHasher(variables: Record<string, string>): PasswordHasher {
  const { legacyHashes, registration } = loadConfig(variables);
  return new PasswordHasher(legacyHashes, registration, new Log());
}

let hasher: PasswordHasher;
beforeEach(() => {
  hasher = createHasher({ ...minimalEnvironment, PASSWORD_PEPPERS: 'pepper' });
});
/** One per kind of implementation: native code, Node's own and ours. */
const vectors = (
  JSON.parse(readFileSync('test/fixtures/more-password-hashes.json', 'utf8')) as {
    entries: { format: string; hash: string; password: string }[];
  }
).entries.filter(
  ({ format }, at, all) =>
    all.findIndex((other) => other.format === format) === at &&
    /argon2i$|django_scrypt|sha256_crypt|bcrypt_2x|yescrypt/.test(format),
);

afterEach(() => hasher.onApplicationShutdown());

const stored = bcrypt.hashSync('right' + 'pepper', 10);

const dummyOf = (cost: number) => decoyLike(`$2a$${String(cost).padStart(2, '0')}$${'.'.repeat(53)}`);

describe('PasswordHasher', () => {
  it('distinguishes right and wrong passwords, with the configured pepper', async () => {
    expect(await hasher.verify('right', stored)).toBe('match');
    expect(await hasher.verify('wrong', stored)).toBe('mismatch');
    expect(await hasher.verify('right', 'garbage')).toBe('unknown-scheme');
  });

  it('reads plain hexadecimal digits as the configured scheme', async () => {
    const digest = createHash('sha1').update('right').digest('hex');
    expect(await hasher.verify('right', digest)).toBe('unknown-scheme');
    const configured = createHasher({ ...minimalEnvironment, LEGACY_HASH_SCHEME: 'hex_sha1' });
    expect(await configured.verify('right', digest)).toBe('match-needs-rehash');
    await configured.onApplicationShutdown();
  });

  it.each(vectors)('checks $format on a worker thread', async ({ hash, password }) => {
    expect(await hasher.verify(password, hash)).toMatch(/^match/);
  });

  it('does not block the main thread', async () => {
    let ticks = 0;
    const count = setInterval(() => (ticks += 1), 1);
    await hasher.verify('right', dummyOf(12));
    clearInterval(count);
    expect(ticks).toBeGreaterThan(20);
  });

  it('shares one result among identical checks only', () => {
    const first = hasher.verify('right', stored);
    expect(hasher.verify('right', stored)).toBe(first);
    expect(hasher.verify('right ', stored)).not.toBe(first);
    expect(hasher.verify('right', dummyOf(10))).not.toBe(first);
    return first;
  });

  it('refuses checks whose result would be too late, and recovers', async () => {
    const dummy = dummyOf(8);
    const checks = Array.from({ length: 200 }, (_, n) => hasher.verify(`guess ${n}`, dummy));
    const outcomes = await Promise.allSettled(checks);
    const refused = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
    );
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(200);
    for (const reason of refused) {
      expect(isAppError(reason, 'overloaded')).toBe(true);
      expect(reason).toHaveProperty('retryAfter', 2);
    }
    // A refusal is not cached.
    expect(await hasher.verify('guess 199', dummy)).toBe('mismatch');
  });

  it('resolves when the tasks queued before a time are done, without later ones', async () => {
    expect(hasher.doneBefore(performance.now())).toBeUndefined();
    let isFirstDone = false;
    void hasher.verify('first', dummyOf(9)).then(() => (isFirstDone = true));
    const between = performance.now() + 1;
    await until(() => performance.now() > between);
    const second = hasher.verify('second', dummyOf(12));
    await hasher.doneBefore(between);
    // Lets the result reach its caller.
    await new Promise(setImmediate);
    expect(isFirstDone).toBe(true);
    expect(hasher.doneBefore(performance.now() + 1)).toBeDefined();
    await second;
    expect(hasher.doneBefore(performance.now() + 1)).toBeUndefined();
  });

  it('reports whether a task was refused since a time', async () => {
    const before = performance.now();
    expect(hasher.hasRefusedSince(before)).toBe(false);
    const overloaded = jest.spyOn(hasher, 'isOverloaded', 'get').mockReturnValue(true);
    await expect(hasher.verify('guess', stored)).rejects.toThrow('overloaded');
    overloaded.mockRestore();
    expect(hasher.hasRefusedSince(before)).toBe(true);
    expect(hasher.hasRefusedSince(performance.now() + 1)).toBe(false);
  });
});
