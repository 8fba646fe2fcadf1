import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { legacyAnswer, legacyUser } from './legacy-answer.js';
import { UsherFailure } from './usher-failure.js';

const person = {
  id: 7,
  first_name: 'Ada',
  last_name: null,
  email: 'ada@example.com',
  authentication_hash: null,
  user_exists: true,
  success: false,
};

describe('an answer of /aws/auth', () => {
  it('is passed on without keys nobody asked for', () => {
    expect(legacyAnswer({ ...person, encrypted_password: '$2a$10$…' })).toEqual({
      ...person,
      further: new Map(),
    });
  });

  it.each([
    ['a number', 7, 7],
    ['text', '7', 7],
    ['the largest safe number', String(Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER],
    ['null', null, null],
    ['left out', undefined, null],
  ])('may have an id that is %s', (_what, id, expected) => {
    expect(legacyAnswer({ ...person, id }).id).toBe(expected);
  });

  it.each([
    [0],
    [-1],
    [1.5],
    [2 ** 53],
    ['9007199254740993'],
    ['7 '],
    ['0x7'],
    [''],
    ['-7'],
    [true],
    [[7]],
    [{}],
  ])('may not have the id %j', (id) => {
    expect(() => legacyAnswer({ ...person, id })).toThrow(new UsherFailure('nonsense: id'));
  });

  it.each(['first_name', 'last_name', 'email', 'authentication_hash'])(
    'wants text or nothing in %s',
    (key) => {
      expect(legacyAnswer({ ...person, [key]: undefined })).toHaveProperty(key, null);
      expect(() => legacyAnswer({ ...person, [key]: 1 })).toThrow(`nonsense: ${key}`);
    },
  );

  it.each(['user_exists', 'success'])('must say %s', (key) => {
    for (const value of [undefined, null, 'true', 1]) {
      expect(() => legacyAnswer({ ...person, [key]: value })).toThrow(`nonsense: ${key}`);
    }
  });

  it.each(['email_verified', 'password_reset_allowed', 'sign_up_allowed'])('need not say %s', (key) => {
    expect(legacyAnswer({ ...person, [key]: null })).toEqual(legacyAnswer(person));
    expect(legacyAnswer({ ...person, [key]: false })).toHaveProperty(key, false);
    expect(() => legacyAnswer({ ...person, [key]: 'no' })).toThrow(`nonsense: ${key}`);
  });

  it('is passed on with the keys that were asked for, as they came', () => {
    const sent = { ...person, language: 'de', tags: ['a'] };
    const { further } = legacyAnswer(sent, ['language', 'tags', 'id', 'absent', 'toString']);
    expect(further).toEqual(
      new Map<string, unknown>([
        ['language', 'de'],
        ['tags', ['a']],
        ['id', 7],
        ['absent', undefined],
        ['toString', undefined],
      ]),
    );
  });

  it('is what it says itself, not what every object has', () => {
    expect(() => legacyAnswer(Object.create(person))).toThrow('nonsense: user_exists');
    const inherited = Object.assign(Object.create({ email_verified: true, id: 8 }) as object, person, {
      id: null,
    });
    expect(legacyAnswer(inherited)).toEqual(legacyAnswer({ ...person, id: null }));
  });

  it('that is garbage is refused in one way only', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (garbage) => {
        expect(() => legacyAnswer(garbage)).toThrow(UsherFailure);
      }),
    );
  });

  it('with any of its values replaced is right in every type, or refused', () => {
    const broken = fc
      .tuple(fc.constantFrom(...Object.keys(person), 'email_verified', 'sign_up_allowed'), fc.jsonValue())
      .map(([key, value]) => ({ ...person, [key]: value }));
    fc.assert(
      fc.property(broken, (body) => {
        const answer = attempt(() => legacyUser(legacyAnswer(body)));
        if (answer === undefined) return;
        expect(Number.isSafeInteger(answer.id)).toBe(true);
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

/** Undefined when refused; any other error is one too many. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(UsherFailure);
    return undefined;
  }
}
