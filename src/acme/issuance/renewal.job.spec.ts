import { describe, expect, it } from '@jest/globals';
import { dueWarning } from './renewal.job.js';

const day = 86_400_000;
const at = (days: number) => new Date(Date.UTC(2027, 0, 1) + days * day);

describe('dueWarning', () => {
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
  ])('after %d of 90 days returns %p', (now, expected) => {
    expect(dueWarning(lifetime, days, at(now))).toBe(expected);
  });

  it('is not due before the renewal of a short-lived certificate', () => {
    const short = { notBefore: at(0), notAfter: at(6) };
    expect(dueWarning(short, days, at(4.4))).toBeUndefined();
    expect(dueWarning(short, days, at(5))).toBe(1);
    expect(dueWarning({ notBefore: at(0), notAfter: at(45) }, days, at(32))).toBeUndefined();
  });
});
