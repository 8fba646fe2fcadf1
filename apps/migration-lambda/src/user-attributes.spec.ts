import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { userAttributes } from './user-attributes.js';

const user = {
  id: 7,
  first_name: 'Ada',
  last_name: 'Lovelace',
  email: 'ADA@Example.com',
  authentication_hash: 'kept to ourselves',
  user_exists: true,
  success: true,
};

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
    expect(userAttributes({ ...user, first_name, last_name }, undefined).name).toBe(name);
  });

  it.each([
    [null, null],
    ['', '  '],
    ['null', 'null'],
  ])('have no name of %j and %j', (first_name, last_name) => {
    expect(userAttributes({ ...user, first_name, last_name }, undefined)).not.toHaveProperty('name');
  });

  it('are what Cognito must know and nothing else', () => {
    expect(userAttributes(user, 'custom:rails_app_id')).toEqual({
      email: 'ada@example.com',
      email_verified: 'true',
      name: 'Ada Lovelace',
      'custom:rails_app_id': '7',
    });
  });

  it('are strings, whatever the row holds', () => {
    const name = fc.option(fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(
        name,
        name,
        fc.nat(),
        fc.option(fc.boolean(), { nil: undefined }),
        (first_name, last_name, id, email_verified) => {
          const attributes = userAttributes(
            { ...user, first_name, last_name, id, email_verified },
            'custom:id',
          );
          for (const value of Object.values(attributes)) expect(typeof value).toBe('string');
          expect(attributes.name).not.toBe('');
        },
      ),
    );
  });
});
