import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyText } from '../../../test/support/builders/any-text.js';
import { readConfiguration } from './config/configuration.js';
import { parseAuthResponse, requireUser } from './auth-response.js';
import { userAttributes } from './user-attributes.js';

const ada = {
  id: 7,
  first_name: 'Ada',
  last_name: 'Lovelace',
  email: 'ADA@Example.com',
  authentication_hash: 'kept to ourselves',
  user_exists: true,
  success: true,
};

/** The attributes for Cognito from the JSON of a response. */
function migrated(answer: object, USER_ATTRIBUTES?: string) {
  const variables = { MIGRATION_API_URL: 'http://api', MIGRATION_ACCESS_TOKEN: 'token', USER_ATTRIBUTES };
  const configuration = readConfiguration(variables);
  const body: unknown = JSON.parse(JSON.stringify({ ...ada, ...answer }));
  return userAttributes(
    requireUser(parseAuthResponse(body, configuration.attributeMapping.keys.values())),
    configuration,
  );
}

describe('the attributes of a migrated user', () => {
  it.each([
    ['Ada', 'Lovelace', 'Ada Lovelace'],
    ['Ada', null, 'Ada'],
    [null, 'Lovelace', 'Lovelace'],
    [' Ada ', '', 'Ada'],
    ['null', 'Lovelace', 'Lovelace'],
    ['Ada', 'Null', 'Ada Null'],
    ['Žofie', 'Šimková', 'Žofie Šimková'],
  ])('compose %j and %j to the name %j', (first_name, last_name, name) => {
    expect(migrated({ first_name, last_name }).attributes.name).toBe(name);
  });

  it.each([
    [null, null],
    ['', '  '],
    ['null', 'null'],
  ])('have no name for %j and %j', (first_name, last_name) => {
    expect(migrated({ first_name, last_name }).attributes).not.toHaveProperty('name');
  });

  it.each([
    ['Jürgen@Exämple.com', 'jürgen@xn--exmple-cua.com'],
    ['ju\u0308rgen@xn--exmple-cua.com', 'jürgen@xn--exmple-cua.com'],
    ['Odd..Dots@Example.com', 'odd..dots@example.com'],
  ])('contain the address %s in its canonical form %s', (email, canonical) => {
    expect(migrated({ email }).attributes.email).toBe(canonical);
  });

  it('contain only the required attributes by default', () => {
    expect(migrated({ language: 'de', phone_number: '+431' })).toEqual({
      attributes: {
        email: 'ada@example.com',
        email_verified: 'true',
        name: 'Ada Lovelace',
        'custom:rails_app_id': '7',
      },
      leftOut: [],
    });
  });

  it('contain the configured attributes', () => {
    const pairs = 'given_name=first_name,locale=language,custom:hash=authentication_hash,custom:tier=tier';
    expect(migrated({ language: 'de', tier: 3 }, pairs).attributes).toEqual({
      email: 'ada@example.com',
      email_verified: 'true',
      name: 'Ada Lovelace',
      given_name: 'Ada',
      locale: 'de',
      'custom:hash': 'kept to ourselves',
      'custom:tier': '3',
      'custom:rails_app_id': '7',
    });
  });

  it.each([
    ['name=', {}],
    ['name=nick', { name: 'Countess' }],
    ['name=absent', {}],
  ])('have with USER_ATTRIBUTES %j the name %j', (pairs, expected) => {
    const { name } = migrated({ nick: 'Countess' }, pairs).attributes;
    expect(name === undefined ? {} : { name }).toEqual(expected);
  });

  it('omit and report a name that is too long for Cognito', () => {
    const { attributes, leftOut } = migrated({ first_name: 'A'.repeat(2049) });
    expect([attributes.name, leftOut]).toEqual([undefined, ['name']]);
  });

  it.each(['constructor', 'toString', '__proto__'])('contain no inherited property: %s', (key) => {
    expect(migrated({}, `locale=${key}`).attributes).not.toHaveProperty('locale');
  });

  it('are strings for any response, and the mapping changes no reserved attribute', () => {
    const keys = ['id', 'email', 'first_name', 'email_verified', 'extra', '__proto__', 'constructor'];
    const mappable = ['name', 'locale', 'phone_number', 'birthdate', 'custom:a', 'custom:b', 'updated_at'];
    const pairs = fc.uniqueArray(fc.tuple(fc.constantFrom(...mappable), fc.constantFrom(...keys)), {
      selector: ([attribute]) => attribute,
    });
    const name = fc.option(anyText());
    const answers = fc.record({
      first_name: name,
      last_name: name,
      id: fc.integer({ min: 1 }),
      email_verified: fc.option(fc.boolean()),
      extra: fc.jsonValue(),
    });
    fc.assert(
      fc.property(answers, pairs, (answer, mapped) => {
        const text = mapped.map((pair) => pair.join('=')).join(',');
        const { attributes, leftOut } = migrated(answer, text);
        for (const value of [...Object.values(attributes), ...leftOut]) expect(typeof value).toBe('string');
        expect(Object.values(attributes)).not.toContain('');
        const { email, email_verified, 'custom:rails_app_id': legacyId, ...others } = attributes;
        expect([email, legacyId]).toEqual(['ada@example.com', String(answer.id)]);
        expect(email_verified).toBe(String(answer.email_verified ?? true));
        const allowed = ['name', ...mapped.map(([attribute]) => attribute)];
        expect(Object.keys(others).filter((attribute) => !allowed.includes(attribute))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
