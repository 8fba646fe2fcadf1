import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import bcrypt from 'bcryptjs';
import { bcryptDecoy } from '#password-hashes';
import { minimalEnvironment } from '../../test/support/environment.js';
import { loadConfig } from '../platform/config/config.js';
import { Log } from '../platform/logging/log.js';
import { isAppError } from '../platform/errors/app-error.js';
import { PasswordChecks } from './password-checks.js';

let checks: PasswordChecks;
beforeEach(() => {
  checks = new PasswordChecks(loadConfig({ ...minimalEnvironment, PASSWORD_PEPPERS: 'pepper' }), new Log());
});
afterEach(() => checks.onApplicationShutdown());

const stored = bcrypt.hashSync('right' + 'pepper', 10);

describe('PasswordChecks', () => {
  it('knows right from wrong, with the configured pepper', async () => {
    expect(await checks.verify('right', stored)).toBe('match');
    expect(await checks.verify('wrong', stored)).toBe('mismatch');
    expect(await checks.verify('right', 'garbage')).toBe('unknown-scheme');
  });

  it('leaves the main thread free', async () => {
    let ticks = 0;
    const count = setInterval(() => (ticks += 1), 1);
    await checks.verify('right', bcryptDecoy(12));
    clearInterval(count);
    expect(ticks).toBeGreaterThan(20);
  });

  it('shares one answer among identical questions, and only among those', () => {
    const first = checks.verify('right', stored);
    expect(checks.verify('right', stored)).toBe(first);
    expect(checks.verify('right ', stored)).not.toBe(first);
    expect(checks.verify('right', bcryptDecoy(10))).not.toBe(first);
    return first;
  });

  it('refuses what would be answered too late, and recovers', async () => {
    const decoy = bcryptDecoy(8);
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
