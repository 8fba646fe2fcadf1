import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { errorFromResponse, parseRetryAfter } from './acme-error.js';

const prefix = 'urn:ietf:params:acme:error:';

describe('errorFromResponse', () => {
  it.each([
    [{ status: 200, data: { type: `${prefix}malformed` } }, undefined],
    [{ status: 400, data: { type: `${prefix}badNonce`, detail: 'once more' } }, undefined],
    [{ status: 429, data: { type: `${prefix}rateLimited`, detail: 'too many' } }, 'rateLimited: too many'],
    [{ status: 403, data: { type: 'about:blank' } }, 'about:blank: no details given'],
    [{ status: 404, data: '<html>' }, 'serverInternal: status 404'],
    [{ status: 503, data: null }, 'serverInternal: status 503'],
  ])('reads %j as %j', (answer, expected) => {
    expect(errorFromResponse({ headers: {}, ...answer })?.message).toBe(expected);
  });

  it('limits the length of the message', () => {
    const answer = { status: 400, headers: {}, data: { type: 'x', detail: 'a'.repeat(100_000) } };
    expect(errorFromResponse(answer)?.message.length).toBeLessThan(1000);
  });

  it('never throws, whatever the body is', () => {
    fc.assert(
      fc.property(fc.anything(), fc.integer({ min: 400, max: 599 }), (data, status) => {
        expect(() => errorFromResponse({ status, data, headers: {} })).not.toThrow();
      }),
    );
  });
});

describe('parseRetryAfter', () => {
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
  ])('reads %j as %j seconds', (header, seconds) => {
    expect(parseRetryAfter(header, now)).toBe(seconds);
  });
});
