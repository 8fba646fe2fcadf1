import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readConfiguration } from './config/configuration.js';
import { legacyAnswer, legacyUser } from './legacy-answer.js';
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

/** What becomes of an answer, from its JSON to Cognito. */
function migrated(answer: object, USER_ATTRIBUTES?: string) {
  const variables = { MIGRATION_API_URL: 'http://api', MIGRATION_ACCESS_TOKEN: 'token', USER_ATTRIBUTES };
  const configuration = readConfiguration(variables);
  const body: unknown = JSON.parse(JSON.stringify({ ...ada, ...answer }));
  return userAttributes(
    legacyUser(legacyAnswer(body, configuration.attributeMapping.keys.values())),
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
  ])('have of %j and %j the name %j', (first_name, last_name, name) => {
    expect(migrated({ first_name, last_name }).attributes.name).toBe(name);
  });

  it.each([
    [null, null],
    ['', '  '],
    ['null', 'null'],
  ])('have no name of %j and %j', (first_name, last_name) => {
    expect(migrated({ first_name, last_name }).attributes).not.toHaveProperty('name');
  });

  it.each([
    ['Jürgen@Exämple.com', 'jürgen@xn--exmple-cua.com'],
    ['ju\u0308rgen@xn--exmple-cua.com', 'jürgen@xn--exmple-cua.com'],
    ['Odd..Dots@Example.com', 'odd..dots@example.com'],
  ])('have for the row’s address %s the canonical spelling %s', (email, canonical) => {
    expect(migrated({ email }).attributes.email).toBe(canonical);
  });

  it('are what Cognito must know and nothing else', () => {
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

  it('are more where the configuration says so', () => {
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
  ])('have with %j the name %j', (pairs, expected) => {
    const { name } = migrated({ nick: 'Countess' }, pairs).attributes;
    expect(name === undefined ? {} : { name }).toEqual(expected);
  });

  it('have no name that is too long for Cognito, and say so', () => {
    const { attributes, leftOut } = migrated({ first_name: 'A'.repeat(2049) });
    expect([attributes.name, leftOut]).toEqual([undefined, ['name']]);
  });

  it.each(['constructor', 'toString', '__proto__'])('are not what every object has: %s', (key) => {
    expect(migrated({}, `locale=${key}`).attributes).not.toHaveProperty('locale');
  });

  it('are strings, whatever the answer holds, and the mapping touches none of the reserved ones', () => {
    const keys = ['id', 'email', 'first_name', 'email_verified', 'extra', '__proto__', 'constructor'];
    const mappable = ['name', 'locale', 'phone_number', 'birthdate', 'custom:a', 'custom:b', 'updated_at'];
    const pairs = fc.uniqueArray(fc.tuple(fc.constantFrom(...mappable), fc.constantFrom(...keys)), {
      selector: ([attribute]) => attribute,
    });
    const name = fc.option(fc.string({ unit: 'binary' }));
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
