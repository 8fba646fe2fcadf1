import { describe, expect, it } from '@jest/globals';
import { ConfigurationError, readConfiguration } from './configuration.js';

const good = { MIGRATION_API_URL: 'https://api.example.com', MIGRATION_ACCESS_TOKEN: 'a-long-token' };

describe('the configuration of the Lambda', () => {
  it.each([
    ['https://api.example.com', 'https://api.example.com/aws/auth'],
    ['https://api.example.com/', 'https://api.example.com/aws/auth'],
    ['http://localhost:3000/old//', 'http://localhost:3000/old/aws/auth'],
  ])('sends requests to %s', (MIGRATION_API_URL, expected) => {
    expect(readConfiguration({ ...good, MIGRATION_API_URL }).authUrl.href).toBe(expected);
  });

  it.each([
    [undefined, 'custom:rails_app_id'],
    ['custom:legacy', 'custom:legacy'],
    ['', undefined],
    ['  ', undefined],
  ])('with LEGACY_ID_ATTRIBUTE %j stores the legacy id in %j', (LEGACY_ID_ATTRIBUTE, expected) => {
    expect(readConfiguration({ ...good, LEGACY_ID_ATTRIBUTE }).legacyIdAttribute).toBe(expected);
  });

  it('maps the attributes of USER_ATTRIBUTES', () => {
    const { attributeMapping } = readConfiguration({ ...good, USER_ATTRIBUTES: 'locale=language' });
    expect(attributeMapping.keys).toEqual(new Map([['locale', 'language']]));
    expect(readConfiguration(good).attributeMapping).toEqual({ keys: new Map(), composesName: true });
  });

  it.each([
    ['MIGRATION_API_URL', undefined],
    ['MIGRATION_API_URL', ' '],
    ['MIGRATION_API_URL', 'secret.example.com'],
    ['MIGRATION_API_URL', 'ftp://secret.example.com'],
    ['MIGRATION_API_URL', 'https://secret:port'],
    ['MIGRATION_ACCESS_TOKEN', undefined],
    ['MIGRATION_ACCESS_TOKEN', ''],
    ['MIGRATION_ACCESS_TOKEN', 'change-me'],
    ['MIGRATION_ACCESS_TOKEN', '<secret>'],
    ['LEGACY_ID_ATTRIBUTE', 'sub'],
    ['LEGACY_ID_ATTRIBUTE', 'custom:secret name'],
    ['LEGACY_ID_ATTRIBUTE', 'custom:a_secret_name_far_too_long'],
    ['USER_ATTRIBUTES', 'secret=secret'],
    ['USER_ATTRIBUTES', 'locale=ok,custom:rails_app_id=secret'],
  ])('names the variable %s but not its invalid value %j', (name, value) => {
    const error = errorOf({ ...good, [name]: value });
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message.split('\n')).toHaveLength(2);
    expect(error.message).toContain(name);
    expect(error.message).not.toMatch(/secret/);
  });

  it('reports all invalid variables in one error', () => {
    expect(
      errorOf({ LEGACY_ID_ATTRIBUTE: 'sub', USER_ATTRIBUTES: 'sub=a,email=b' }).message.match(
        /^ {2}[A-Z_]+/gm,
      ),
    ).toEqual([
      '  MIGRATION_API_URL',
      '  MIGRATION_ACCESS_TOKEN',
      '  LEGACY_ID_ATTRIBUTE',
      '  USER_ATTRIBUTES',
      '  USER_ATTRIBUTES',
    ]);
  });
});

function errorOf(environment: Record<string, string | undefined>): Error {
  try {
    readConfiguration(environment);
  } catch (error) {
    return error as Error;
  }
  throw new Error('The configuration was accepted');
}
