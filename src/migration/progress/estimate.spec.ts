import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { estimate } from './estimate.js';

const today = new Date('2026-11-25T12:00:00Z');
const complete = true;

/** Migrations per day on an exponential curve with this half-life in days. */
const falling = (first: number, halfLife: number, days = 28) =>
  Array.from({ length: days }, (_, day) => Math.round(first * 0.5 ** (day / halfLife)));

const daysUntil = (day: string | null) =>
  (Date.parse(`${day}T00:00:00Z`) - Date.parse('2026-11-25')) / 86_400_000;

describe('estimate', () => {
  it('extrapolates the end of an exponential curve', () => {
    const whole = falling(1000, 14, 400);
    const rest = whole.slice(28).reduce((sum, people) => sum + people, 0);
    const { kind, stillToMove, ...days } = estimate({
      perDay: whole.slice(0, 28),
      left: 100_000,
      complete,
      today,
    });
    expect(kind).toBe('falling');
    expect(Math.abs((stillToMove ?? 0) / rest - 1)).toBeLessThan(0.02);
    // 250 a day and halving every 14 days: one person is left of about 4,900 after twelve halvings.
    expect(daysUntil(days.likely)).toBeGreaterThan(160);
    expect(daysUntil(days.likely)).toBeLessThan(185);
    expect(daysUntil(days.earliest)).toBeLessThan(daysUntil(days.likely));
    expect(daysUntil(days.latest)).toBeGreaterThan(daysUntil(days.likely));
  });

  it('expects at most the number of people left', () => {
    const { stillToMove, likely } = estimate({ perDay: falling(1000, 14), left: 300, complete, today });
    expect(stillToMove).toBe(300);
    expect(daysUntil(likely)).toBeLessThanOrEqual(2);
  });

  it('returns the reason if no estimate is possible', () => {
    const kindOf = (perDay: number[], left = 1000) => estimate({ perDay, left, complete, today }).kind;
    expect(kindOf(falling(100, 7, 27))).toBe('too_early');
    expect(kindOf(Array<number>(28).fill(10))).toBe('not_falling');
    expect(kindOf([...Array<number>(14).fill(10), ...Array<number>(14).fill(20)])).toBe('not_falling');
    expect(kindOf([...Array<number>(14).fill(10), ...Array<number>(14).fill(0)])).toBe('over');
    expect(kindOf([], 0)).toBe('done');
  });

  it('returns no latest day if the numbers are too small', () => {
    const few = [...Array<number>(13).fill(0), 5, ...Array<number>(13).fill(0), 4];
    expect(estimate({ perDay: few, left: 1000, complete, today })).toMatchObject({
      kind: 'falling',
      latest: null,
    });
  });

  it('returns days in order and at most the people left for any input', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 100_000 }), { minLength: 0, maxLength: 60 }),
        fc.nat({ max: 10_000_000 }),
        (perDay, left) => {
          const { stillToMove, earliest, likely, latest } = estimate({ perDay, left, complete, today });
          if (stillToMove !== null) expect(stillToMove).toBeLessThanOrEqual(left);
          if (likely === null) return;
          expect(daysUntil(earliest)).toBeGreaterThanOrEqual(0);
          expect(daysUntil(earliest)).toBeLessThanOrEqual(daysUntil(likely));
          if (latest !== null) expect(daysUntil(latest)).toBeGreaterThanOrEqual(daysUntil(likely));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
