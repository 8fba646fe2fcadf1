import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { renewalAsAdvised, renewalWithoutAdvice } from './renewal-time.js';
import { warningAt } from './warning-time.js';

const day = 86_400_000;
const at = (days: number) => new Date(Date.UTC(2027, 0, 1) + days * day);
const fraction = () => fc.double({ min: 0, max: 1, noNaN: true });

describe('renewal without advice', () => {
  it.each([6, 45, 64, 90])('of %i days comes late in the second third', (days) => {
    const lifetime = { notBefore: at(0), notAfter: at(days) };
    fc.assert(
      fc.property(fraction(), (random) => {
        const share = (renewalWithoutAdvice(lifetime, random).getTime() - at(0).getTime()) / (days * day);
        expect(share).toBeGreaterThan(0.61);
        expect(share).toBeLessThanOrEqual(2 / 3 + 1e-9);
      }),
    );
  });

  it('differs from host to host', () => {
    const lifetime = { notBefore: at(0), notAfter: at(90) };
    expect(renewalWithoutAdvice(lifetime, 0)).not.toEqual(renewalWithoutAdvice(lifetime, 1));
  });
});

describe('renewal as advised', () => {
  const window = { start: at(50), end: at(60) };

  it('is somewhere in the window, wherever it was planned before', () => {
    fc.assert(
      fc.property(fraction(), fc.integer({ min: 0, max: 90 }), (random, before) => {
        for (const chosen of [null, at(before)]) {
          const time = renewalAsAdvised(window, chosen, random);
          expect(time >= window.start && time <= window.end).toBe(true);
        }
      }),
    );
  });

  it('stays what it was while the window allows it', () => {
    expect(renewalAsAdvised(window, at(55), 0.9)).toEqual(at(55));
    expect(renewalAsAdvised(window, at(61), 0)).toEqual(at(50));
  });
});

describe('a warning', () => {
  const days = [14, 7, 3, 1, 0];
  const lifetime = { notBefore: at(0), notAfter: at(90) };

  it.each([
    [75.9, undefined],
    [76, 14],
    [82.9, 14],
    [83, 7],
    [87, 3],
    [89.5, 1],
    [90, 0],
    [200, 0],
  ])('after %d of ninety days is that of %p days', (now, expected) => {
    expect(warningAt(lifetime, days, at(now))).toBe(expected);
  });

  it('does not come while a short-lived certificate waits for its renewal', () => {
    const short = { notBefore: at(0), notAfter: at(6) };
    expect(warningAt(short, days, at(4.4))).toBeUndefined();
    expect(warningAt(short, days, at(5))).toBe(1);
    expect(warningAt({ notBefore: at(0), notAfter: at(45) }, days, at(32))).toBeUndefined();
  });
});
