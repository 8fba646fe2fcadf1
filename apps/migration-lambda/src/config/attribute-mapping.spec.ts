import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readAttributeMapping } from './attribute-mapping.js';

const reserved = ['sub', 'email', 'email_verified', 'username', 'cognito:user_status', 'custom:rails_app_id'];
const read = (text: string) => readAttributeMapping(text, 'custom:rails_app_id');

describe('USER_ATTRIBUTES', () => {
  it.each([
    ['', {}],
    [' , ', {}],
    ['given_name=first_name', { given_name: 'first_name' }],
    [' locale = language , ,phone_number=mobile,', { locale: 'language', phone_number: 'mobile' }],
    ['custom:tier=tier,zoneinfo=time zone', { 'custom:tier': 'tier', zoneinfo: 'time zone' }],
    ['custom:other_id=id', { 'custom:other_id': 'id' }],
    ['given_name=name,family_name=name', { given_name: 'name', family_name: 'name' }],
    ['locale=__proto__', { locale: '__proto__' }],
  ])('%j maps %j', (text, expected) => {
    expect(read(text)).toEqual({ keys: new Map(Object.entries(expected)), composesName: true });
  });

  it.each([
    ['name=', []],
    ['name=full_name', [['name', 'full_name']]],
  ])('%j replaces the default name', (text, expected) => {
    expect(read(text)).toEqual({ keys: new Map(expected as [string, string][]), composesName: false });
  });

  const form = 'is not of the form attribute=key';
  it.each([
    ['given_name', form],
    ['given_name=a=b', form],
    ['=first_name', form],
    ['locale=', 'says no key'],
    ['shoe_size=size', 'is for an attribute that is neither a standard one nor begins with custom:'],
    ['Given_Name=first_name', 'is for an attribute that is neither a standard one nor begins with custom:'],
    ['constructor=id', 'is for an attribute that is neither a standard one nor begins with custom:'],
    ['custom:=id', 'is for an attribute that is neither a standard one nor begins with custom:'],
    [
      `custom:${'x'.repeat(21)}=id`,
      'is for an attribute that is neither a standard one nor begins with custom:',
    ],
    ['custom:rails_app_id=id', 'is for the attribute of LEGACY_ID_ATTRIBUTE'],
    ...['sub=id', 'username=id', 'email=mail', 'email_verified=ok', 'cognito:mfa_enabled=ok'].map((pair) => [
      pair,
      'is for an attribute that cannot be mapped',
    ]),
  ])('refuses %j', (pair = '', problem) => {
    expect(read(pair)).toEqual([`pair 1 ${problem}`]);
  });

  it('reports all errors with the positions of their pairs', () => {
    expect(read('locale=a,locale=b,,sub=c')).toEqual([
      'pair 2 is for the attribute of an earlier pair',
      'pair 4 is for an attribute that cannot be mapped',
    ]);
  });

  it('may map the default legacy id attribute when LEGACY_ID_ATTRIBUTE is switched off', () => {
    expect(readAttributeMapping('custom:rails_app_id=uuid', undefined)).toMatchObject({ composesName: true });
  });

  it('never maps a reserved attribute and never repeats a given value in an error', () => {
    const canary = fc.string().map((text) => `canary${text}`);
    const word = fc.oneof(fc.constantFrom(...reserved, 'locale', 'custom:canary', 'name'), canary);
    const pair = fc.tuple(word, word).map((parts) => parts.join('='));
    fc.assert(
      fc.property(fc.array(pair), (pairs) => {
        const mapping = read(pairs.join(','));
        if (Array.isArray(mapping)) {
          expect(mapping.length).toBeGreaterThan(0);
          expect(mapping.join()).not.toContain('canary');
        } else {
          expect(reserved.filter((attribute) => mapping.keys.has(attribute))).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });
});
