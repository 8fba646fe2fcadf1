import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseAuthResponse, requireUser } from './auth-response.js';
import { UsherError } from './usher-error.js';

const person = {
  id: 7,
  first_name: 'Ada',
  last_name: null,
  email: 'ada@example.com',
  authentication_hash: null,
  user_exists: true,
  success: false,
};

describe('parseAuthResponse', () => {
  it('removes keys that are not configured', () => {
    expect(parseAuthResponse({ ...person, encrypted_password: '$2a$10$…' })).toEqual({
      ...person,
      additional: new Map(),
    });
  });

  it.each([
    ['a number', 7, 7],
    ['the largest safe number', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ['text, with its leading zeros', '007', '007'],
    ['a UUID', '0b0e4ba0-5d0e-4d3a-9a53-3a7f4f6f0d11', '0b0e4ba0-5d0e-4d3a-9a53-3a7f4f6f0d11'],
    ['text of 255 characters', 'k'.repeat(255), 'k'.repeat(255)],
    ['null', null, null],
    ['left out', undefined, null],
  ])('accepts an id: %s', (_what, id, expected) => {
    expect(parseAuthResponse({ ...person, id }).id).toBe(expected);
  });

  it.each([[0], [-1], [1.5], [2 ** 53], [''], [' '], ['k'.repeat(256)], [true], [[7]], [{}]])(
    'refuses the id %j',
    (id) => {
      expect(() => parseAuthResponse({ ...person, id })).toThrow(new UsherError('invalid_response: id'));
    },
  );

  it.each(['first_name', 'last_name', 'email', 'authentication_hash'])(
    'accepts only text or null in %s',
    (key) => {
      expect(parseAuthResponse({ ...person, [key]: undefined })).toHaveProperty(key, null);
      expect(() => parseAuthResponse({ ...person, [key]: 1 })).toThrow(`invalid_response: ${key}`);
    },
  );

  it.each(['user_exists', 'success'])('requires a boolean in %s', (key) => {
    for (const value of [undefined, null, 'true', 1]) {
      expect(() => parseAuthResponse({ ...person, [key]: value })).toThrow(`invalid_response: ${key}`);
    }
  });

  it.each(['email_verified', 'password_reset_allowed', 'sign_up_allowed'])('treats %s as optional', (key) => {
    expect(parseAuthResponse({ ...person, [key]: null })).toEqual(parseAuthResponse(person));
    expect(parseAuthResponse({ ...person, [key]: false })).toHaveProperty(key, false);
    expect(() => parseAuthResponse({ ...person, [key]: 'no' })).toThrow(`invalid_response: ${key}`);
  });

  it('returns the values of additional keys unchanged', () => {
    const sent = { ...person, language: 'de', tags: ['a'] };
    const { additional } = parseAuthResponse(sent, ['language', 'tags', 'id', 'absent', 'toString']);
    expect(additional).toEqual(
      new Map<string, unknown>([
        ['language', 'de'],
        ['tags', ['a']],
        ['id', 7],
        ['absent', undefined],
        ['toString', undefined],
      ]),
    );
  });

  it('reads own properties only', () => {
    expect(() => parseAuthResponse(Object.create(person))).toThrow('invalid_response: user_exists');
    const inherited = Object.assign(Object.create({ email_verified: true, id: 8 }) as object, person, {
      id: null,
    });
    expect(parseAuthResponse(inherited)).toEqual(parseAuthResponse({ ...person, id: null }));
  });

  it('throws UsherError for any malformed response', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (garbage) => {
        expect(() => parseAuthResponse(garbage)).toThrow(UsherError);
      }),
    );
  });

  it('returns the declared types or throws when any value is replaced', () => {
    const broken = fc
      .tuple(fc.constantFrom(...Object.keys(person), 'email_verified', 'sign_up_allowed'), fc.jsonValue())
      .map(([key, value]) => ({ ...person, [key]: value }));
    fc.assert(
      fc.property(broken, (body) => {
        const answer = attempt(() => requireUser(parseAuthResponse(body)));
        if (answer === undefined) return;
        expect(typeof answer.id === 'string' || Number.isSafeInteger(answer.id)).toBe(true);
        expect(answer.email).toMatch(/./s);
        for (const flag of [answer.user_exists, answer.success, answer.email_verified ?? true]) {
          expect(typeof flag).toBe('boolean');
        }
        for (const text of [answer.first_name ?? '', answer.last_name ?? ''])
          expect(typeof text).toBe('string');
      }),
      { numRuns: 500 },
    );
  });
});

/** Undefined after an UsherError; any other error fails the test. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(UsherError);
    return undefined;
  }
}
