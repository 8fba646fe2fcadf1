import { describe, expect, it } from '@jest/globals';
import { detectOutcome } from './outcome.js';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000);

describe('what became of a new password whose answer was lost', () => {
  it.each([
    ['CONFIRMED', 0, 'CONFIRMED', 1, 'unknown'],
    ['CONFIRMED', 0, 'CONFIRMED', 0, 'not_done'],
    ['RESET_REQUIRED', 0, 'CONFIRMED', 0, 'done'],
    ['RESET_REQUIRED', 0, 'RESET_REQUIRED', 5, 'not_done'],
    ['CONFIRMED', 0, 'RESET_REQUIRED', 5, 'not_done'],
    ['CONFIRMED', 0, 'FORCE_CHANGE_PASSWORD', 5, 'not_done'],
    ['CONFIRMED', 0, 'UNCONFIRMED', 5, 'not_done'],
  ] as const)('%s at %d s, then %s at %d s: %s', (...row) => {
    const [poolStatus, before, status, now, outcome] = row;
    const change = { poolStatus, poolModifiedAt: at(before) };
    expect(detectOutcome(change, { status, modifiedAt: at(now) })).toBe(outcome);
  });

  it('is not known where the pool could not be looked at before, but for who cannot have been reset', () => {
    const change = { poolStatus: null, poolModifiedAt: null };
    expect(detectOutcome(change, { status: 'CONFIRMED', modifiedAt: at(0) })).toBe('unknown');
    expect(detectOutcome(change, { status: 'RESET_REQUIRED', modifiedAt: at(0) })).toBe('not_done');
    expect(detectOutcome(change, undefined)).toBe('not_done');
  });
});
