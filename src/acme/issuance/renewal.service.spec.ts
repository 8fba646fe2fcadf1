import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { defaultRenewal, renewalInWindow } from './renewal.service.js';

const day = 86_400_000;
const at = (days: number) => new Date(Date.UTC(2027, 0, 1) + days * day);
const fraction = () => fc.double({ min: 0, max: 1, noNaN: true });

describe('defaultRenewal', () => {
  it.each([6, 45, 64, 90])('of %i days is late in the second third of the lifetime', (days) => {
    const lifetime = { notBefore: at(0), notAfter: at(days) };
    fc.assert(
      fc.property(fraction(), (random) => {
        const share = (defaultRenewal(lifetime, random).getTime() - at(0).getTime()) / (days * day);
        expect(share).toBeGreaterThan(0.61);
        expect(share).toBeLessThanOrEqual(2 / 3 + 1e-9);
      }),
    );
  });

  it('differs from host to host', () => {
    const lifetime = { notBefore: at(0), notAfter: at(90) };
    expect(defaultRenewal(lifetime, 0)).not.toEqual(defaultRenewal(lifetime, 1));
  });
});

describe('renewalInWindow', () => {
  const window = { start: at(50), end: at(60) };

  it('returns a time in the window, whatever was scheduled before', () => {
    fc.assert(
      fc.property(fraction(), fc.integer({ min: 0, max: 90 }), (random, before) => {
        for (const chosen of [null, at(before)]) {
          const time = renewalInWindow(window, chosen, random);
          expect(time >= window.start && time <= window.end).toBe(true);
        }
      }),
    );
  });

  it('keeps the scheduled time while it is in the window', () => {
    expect(renewalInWindow(window, at(55), 0.9)).toEqual(at(55));
    expect(renewalInWindow(window, at(61), 0)).toEqual(at(50));
  });
});
