import { describe, expect, it } from '@jest/globals';
import type { LegacyUser } from '../../legacy/legacy-source.js';
import { judgeRow } from './judge-row.js';
import { attributeCheck } from './pool-attributes.js';

const tail = `${'a'.repeat(21)}e${'b'.repeat(30)}e`;
const importable = `$2a$12$${tail}`;
const lazy = `$6$salt$${'.'.repeat(86)}`;
const costlyForImport = `$2a$13$${tail}`;

const user = (changes: Partial<LegacyUser>): LegacyUser => ({
  ...{ id: '7', email: 'ada@example.com', passwordHash: importable, verified: true, blocked: false },
  ...{ lockedUntil: null, firstName: null, lastName: null, createdAt: null, lastSignInAt: null },
  attributes: {},
  ...changes,
});

const judge = (changes: Partial<LegacyUser>, hashes = {}) => judgeRow(user(changes), { hashes });

describe('the way of a row', () => {
  it.each<[string, Partial<LegacyUser>, object]>([
    [
      'a hash that Cognito imports',
      {},
      { way: 'import', format: 'bcrypt_2a', findings: [], needsDecision: false },
    ],
    ['another hash', { passwordHash: lazy }, { way: 'sign_in', format: 'sha512_crypt', findings: [] }],
    [
      'a hash above the bounds of the import',
      { passwordHash: costlyForImport },
      { way: 'sign_in', findings: ['hash_too_costly'], needsDecision: false },
    ],
    [
      'a hash above the limit of a check',
      { passwordHash: `$2a$15$${tail}` },
      { way: 'reset', format: 'bcrypt_2a', findings: ['hash_too_costly'], needsDecision: true },
    ],
    ['no hash', { passwordHash: null }, { way: 'reset', format: null, findings: ['hash_missing'] }],
    ['a blank hash', { passwordHash: ' \t' }, { way: 'reset', format: null, findings: ['hash_missing'] }],
    ['text', { passwordHash: 'secret' }, { way: 'reset', format: 'unknown', findings: ['hash_unknown'] }],
    [
      'a truncated hash',
      { passwordHash: importable.slice(0, 40) },
      { way: 'reset', format: 'bcrypt_2a', findings: ['hash_impossible'], needsDecision: true },
    ],
    ['no address', { email: null }, { way: 'blocked', findings: ['address_blank'], address: undefined }],
    ['a blank address', { email: '  ' }, { way: 'blocked', findings: ['address_blank'] }],
    ['an invalid address', { email: 'ada' }, { way: 'blocked', findings: ['address_invalid'] }],
    [
      'two addresses',
      { email: 'a@example.com,b@example.com' },
      { way: 'blocked', findings: ['address_invalid'] },
    ],
    ['a block', { blocked: true }, { way: 'blocked', findings: ['blocked'], address: undefined }],
    [
      'an unverified address',
      { verified: false },
      { way: 'blocked', findings: ['unverified'], needsDecision: true },
    ],
    ['a lock that ends', { lockedUntil: new Date('2999-01-01') }, { way: 'import', findings: [] }],
    ['a lock without end', { lockedUntil: new Date(8.64e15) }, { way: 'blocked', findings: ['blocked'] }],
  ])('with %s', (_what, changes, expected) => {
    expect(judge(changes)).toMatchObject(expected);
  });

  it('is blocked whatever the hash is, with all findings', () => {
    expect(judge({ blocked: true, verified: false, email: 'x', passwordHash: 'secret' })).toMatchObject({
      way: 'blocked',
      format: 'unknown',
      findings: ['address_invalid', 'hash_unknown', 'blocked', 'unverified'],
    });
  });

  it('depends on peppers and on the scheme of plain digests', () => {
    expect(judge({}, { peppers: ['secret-pepper'] })).toMatchObject({ way: 'sign_in', findings: [] });
    const digest = { passwordHash: '0'.repeat(40) };
    expect(judge(digest)).toMatchObject({ way: 'reset', findings: ['hash_unknown'] });
    expect(judge(digest, { scheme: 'hex_sha1' })).toMatchObject({ way: 'sign_in', format: 'hex_sha1' });
  });
});

it('compares addresses in their canonical spelling', () => {
  expect(judge({ email: ' Ada@EXAMPLE.com\n' }).address).toBe('ada@example.com');
  expect(judge({ email: 'ada@bücher.example' }).address).toBe('ada@xn--bcher-kva.example');
});

describe("the pool's schema", () => {
  const check = (changes: Partial<LegacyUser>, attribute: object, settings = {}) => {
    const schema = [{ name: 'name', required: false, maxLength: 2048, ...attribute }];
    const checkAttributes = attributeCheck(schema, {
      ...{ userAttributes: undefined, legacyIdAttribute: 'custom:rails_app_id' },
      ...settings,
    });
    return judgeRow(user(changes), { hashes: {}, checkAttributes }).findings;
  };
  const required = { required: true };

  it('refuses a missing attribute', () => {
    expect(check({}, required)).toEqual(['attribute_missing']);
    expect(check({ firstName: 'null', lastName: ' ' }, required)).toEqual(['attribute_missing']);
    expect(check({ firstName: 'Ada' }, required)).toEqual([]);
    expect(check({ firstName: 'Ada' }, required, { userAttributes: 'name=' })).toEqual(['attribute_missing']);
    expect(check({}, { name: 'email', required: true })).toEqual([]);
    expect(check({}, { name: 'sub', required: true })).toEqual([]);
    expect(check({}, {})).toEqual([]);
  });

  it('reads the attributes of USER_ATTRIBUTES', () => {
    const settings = { userAttributes: 'given_name = first_name, locale=language' };
    const givenName = { name: 'given_name', required: true };
    expect(check({ firstName: 'Ada' }, givenName, settings)).toEqual([]);
    expect(check({ firstName: 'Ada' }, givenName)).toEqual(['attribute_missing']);
    expect(check({ attributes: { language: 'de' } }, { name: 'locale', required: true }, settings)).toEqual(
      [],
    );
  });

  it('refuses a long attribute, counted in characters', () => {
    expect(check({ firstName: 'a'.repeat(11) }, { maxLength: 10 })).toEqual(['attribute_too_long']);
    expect(check({ firstName: '\u{1f600}'.repeat(10) }, { maxLength: 10 })).toEqual([]);
    const legacyId = { name: 'custom:rails_app_id', maxLength: 3 };
    expect(check({ id: '1234' }, legacyId)).toEqual(['attribute_too_long']);
    expect(check({ id: '1234' }, legacyId, { legacyIdAttribute: undefined })).toEqual([]);
    // The Lambda leaves out a name that no pool accepts.
    expect(check({ firstName: 'a'.repeat(3000) }, { maxLength: 2048 })).toEqual([]);
  });
});
