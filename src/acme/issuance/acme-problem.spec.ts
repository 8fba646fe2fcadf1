import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { problemIn, secondsOf } from './acme-problem.js';

const prefix = 'urn:ietf:params:acme:error:';

describe('a problem of a CA', () => {
  it.each([
    [{ status: 200, data: { type: `${prefix}malformed` } }, undefined],
    [{ status: 400, data: { type: `${prefix}badNonce`, detail: 'once more' } }, undefined],
    [{ status: 429, data: { type: `${prefix}rateLimited`, detail: 'too many' } }, 'rateLimited: too many'],
    [{ status: 403, data: { type: 'about:blank' } }, 'about:blank: without a reason'],
    [{ status: 404, data: '<html>' }, 'serverInternal: status 404'],
    [{ status: 503, data: null }, 'serverInternal: status 503'],
  ])('in %j is %j', (answer, expected) => {
    expect(problemIn({ headers: {}, ...answer })?.message).toBe(expected);
  });

  it('is not as long as the CA likes', () => {
    const answer = { status: 400, headers: {}, data: { type: 'x', detail: 'a'.repeat(100_000) } };
    expect(problemIn(answer)?.message.length).toBeLessThan(1000);
  });

  it('can be made of anything', () => {
    fc.assert(
      fc.property(fc.anything(), fc.integer({ min: 400, max: 599 }), (data, status) => {
        expect(() => problemIn({ status, data, headers: {} })).not.toThrow();
      }),
    );
  });
});

describe('Retry-After', () => {
  const now = Date.UTC(2027, 0, 1);

  it.each([
    ['120', 120],
    ['0', 0],
    ['Fri, 01 Jan 2027 00:01:00 GMT', 60],
    ['Thu, 31 Dec 2026 00:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['1'.repeat(400), undefined],
    [undefined, undefined],
    [5, undefined],
  ])('%j is %j seconds', (header, seconds) => {
    expect(secondsOf(header, now)).toBe(seconds);
  });
});
