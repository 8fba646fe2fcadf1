import { describe, expect, it } from '@jest/globals';
import type { LegacyUser } from '../../legacy/legacy-source.js';
import type { AttributeSettings } from '../plan/pool-attributes.js';
import { csvWriter, HeaderError } from './csv-line.js';

const columns = [
  ...['name', 'birthdate', 'email', 'email_verified', 'phone_number', 'custom:rails_app_id'],
  ...['cognito:mfa_enabled', 'cognito:username', 'password_hash'],
];
const settings: AttributeSettings = { userAttributes: undefined, legacyIdAttribute: 'custom:rails_app_id' };
const mapped: AttributeSettings = { ...settings, userAttributes: 'birthdate=born, phone_number=phone' };

const user = (changes: Partial<LegacyUser> = {}): LegacyUser => ({
  ...{
    id: '7',
    email: 'Ada@example.com',
    passwordHash: 'x',
    verified: true,
    blocked: false,
    lockedUntil: null,
  },
  ...{ firstName: 'Ada', lastName: null, createdAt: null, lastSignInAt: null, attributes: {} },
  ...changes,
});

const line = (changes: Partial<LegacyUser> = {}, options = settings, hash = '$2b$10$abc') =>
  csvWriter(columns, options).line(user(changes), 'ada@example.com', hash);

describe('the line of a user', () => {
  it('has a cell for each column of the header', () => {
    expect(csvWriter(columns, settings).header).toBe(columns.join(','));
    expect(line()).toBe('Ada,,ada@example.com,true,,7,,ada@example.com,$2b$10$abc');
  });

  it('escapes commas, also of a hash', () => {
    const hash = '$argon2id$v=19$m=1024,t=1,p=1$c2FsdA$aGFzaA';
    expect(line({ firstName: 'King, Ada' }, settings, hash)).toBe(
      String.raw`King\, Ada,,ada@example.com,true,,7,,ada@example.com,$argon2id$v=19$m=1024\,t=1\,p=1$c2FsdA$aGFzaA`,
    );
  });

  it.each(['a\nb', 'a\rb', 'a\u2028b', 'a\u0085b', 'a\vb', 'a\0b', 'a"b', 'a\\', '\ud800'])(
    'is not written with the name %j',
    (firstName) => expect(line({ firstName, lastName: 'b' })).toBeUndefined(),
  );

  it('has values as the Lambda sends them, with dates as Cognito reads them', () => {
    const attributes = { born: '1815-12-10', phone: '+44123' };
    expect(line({ attributes }, mapped)).toBe(
      'Ada,12/10/1815,ada@example.com,true,+44123,7,,ada@example.com,$2b$10$abc',
    );
    // Of a format that Cognito refuses.
    const odd = { born: '10.12.1815', phone: '0123' };
    expect(line({ attributes: odd }, mapped)).toBe(line());
  });

  it('has a column for the hash that the header lacks', () => {
    const { header, line: write } = csvWriter(columns.slice(0, -1), settings);
    expect(header.endsWith(',cognito:username,password_hash')).toBe(true);
    expect(write(user(), 'ada@example.com', 'hash')).toMatch(/,ada@example\.com,hash$/);
  });

  it('cannot be written for attributes that the pool has not', () => {
    expect(() => csvWriter(columns, { ...settings, userAttributes: 'locale=x' })).toThrow(HeaderError);
    expect(() => csvWriter(columns, { ...settings, legacyIdAttribute: 'custom:id' })).toThrow(
      /LEGACY_ID_ATTRIBUTE/,
    );
  });
});
