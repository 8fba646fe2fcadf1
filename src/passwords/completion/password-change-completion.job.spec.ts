import { describe, expect, it } from '@jest/globals';
import { detectOutcome } from './password-change-completion.job.js';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000);

describe('detectOutcome', () => {
  it.each([
    ['CONFIRMED', 0, 'CONFIRMED', 1, 'unknown'],
    ['CONFIRMED', 0, 'CONFIRMED', 0, 'not_done'],
    ['RESET_REQUIRED', 0, 'CONFIRMED', 0, 'done'],
    ['RESET_REQUIRED', 0, 'RESET_REQUIRED', 5, 'not_done'],
    ['CONFIRMED', 0, 'RESET_REQUIRED', 5, 'not_done'],
    ['CONFIRMED', 0, 'FORCE_CHANGE_PASSWORD', 5, 'not_done'],
    ['CONFIRMED', 0, 'UNCONFIRMED', 5, 'not_done'],
  ] as const)('maps %s at %d s, followed by %s at %d s, to %s', (...row) => {
    const [poolStatus, before, status, now, outcome] = row;
    const change = { poolStatus, poolModifiedAt: at(before) };
    expect(detectOutcome(change, { status, modifiedAt: at(now) })).toBe(outcome);
  });

  it('returns unknown without an earlier pool state, unless the pool user cannot have been reset', () => {
    const change = { poolStatus: null, poolModifiedAt: null };
    expect(detectOutcome(change, { status: 'CONFIRMED', modifiedAt: at(0) })).toBe('unknown');
    expect(detectOutcome(change, { status: 'RESET_REQUIRED', modifiedAt: at(0) })).toBe('not_done');
    expect(detectOutcome(change, undefined)).toBe('not_done');
  });
});
