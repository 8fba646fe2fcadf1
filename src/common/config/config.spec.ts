import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyText } from '../../../test/support/builders/any-text.js';
import { loadConfig } from './config.js';
import { ConfigurationError } from './config-namespace.js';
import { contrastWithWhite } from './pages.config.js';

const good = {
  DATABASE_URL: 'postgres://usher:pw@localhost/usher',
  AWS_REGION: 'eu-west-1',
  AWS_COGNITO_USER_POOL_ID: 'eu-west-1_AbCdEfGhI',
  AWS_COGNITO_CLIENT_ID: '1example23456789',
  MIGRATION_ACCESS_TOKENS: 'first-token-1, second-token-2',
  SESSION_SECRETS: '0123456789abcdef0123456789abcdef',
};

function problems(change: Record<string, string | undefined>): readonly string[] {
  try {
    loadConfig({ ...good, ...change });
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

describe('loadConfig', () => {
  it('derives defaults', () => {
    const config = loadConfig(good);
    expect(config.cognito.issuer).toBe('https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI');
    expect(config.cognito.jwksUrl).toBe(`${config.cognito.issuer}/.well-known/jwks.json`);
    expect(config.cognito.acceptedClientIds).toEqual(['1example23456789']);
    expect(config.migration.accessTokens).toEqual(['first-token-1', 'second-token-2']);
    expect(config.migration.unlockInSeconds).toBe(3600);
    expect(config.migration.legacyHash).toBeUndefined();
    expect(config.http.publicUrl.href).toBe('http://localhost:3000/');
    expect(config.limits.refusalTimeMs).toBe(1500);
    expect(config.acmeChallenge.external).toBeUndefined();
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('names authenticator apps after APP_NAME or the host of PUBLIC_URL, never with a colon', () => {
    const name = (change: Record<string, string>) => loadConfig({ ...good, ...change }).http.appName;
    expect(name({})).toBe('localhost');
    expect(name({ PUBLIC_URL: 'https://accounts.example.com:8443/base' })).toBe('accounts.example.com');
    expect(name({ PUBLIC_URL: 'http://[::1]:3000' })).toBe('..1');
    expect(name({ PUBLIC_URL: 'https://a.example', APP_NAME: ' Käse & Co ' })).toBe('Käse & Co');
    for (const APP_NAME of ['Acme: Shop', 'x'.repeat(65), 'a\nb'])
      expect(problems({ APP_NAME })).toEqual(['APP_NAME must be 1 to 64 characters without a colon']);
  });

  it('needs PUBLIC_URL for hosted pages, and colors and URLs that are usable', () => {
    const on = { PAGES: 'on', PUBLIC_URL: 'https://auth.example.com' };
    expect(problems({ PAGES: 'on' })).toEqual([
      'PUBLIC_URL is missing: PAGES=on needs it for links and for the check of the origin',
    ]);
    expect(problems({ PAGES: 'yes' })).toEqual(['PAGES must be on or off']);
    expect(problems({ ...on, APP_COLOR: '#ffcc00' })).toEqual([
      'APP_COLOR has a contrast of 1.5 with white text; choose a darker color with at least 4.5',
    ]);
    for (const APP_COLOR of ['red', '#123', '#1f4fd8ff', 'url(x)'])
      expect(problems({ ...on, APP_COLOR })).toEqual(['APP_COLOR must be a color such as #1f4fd8']);
    for (const RETURN_URLS of [
      'app.example.com',
      'https://u:p@app.example.com',
      'https://a.example/?x=1',
      'ftp://a',
    ])
      expect(problems({ ...on, RETURN_URLS })).toEqual([
        'RETURN_URLS must hold comma-separated URLs such as https://app.example.com/home, without a query',
      ]);
    const { pages } = loadConfig({
      ...good,
      ...on,
      APP_COLOR: '#AA0000',
      RETURN_URLS: 'https://A.example/home, ',
    });
    expect([pages.enabled, pages.color, pages.returnUrls.map(String)]).toEqual([
      true,
      '#aa0000',
      ['https://a.example/home'],
    ]);
  });

  it('measures contrast as WCAG does', () => {
    // From https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio; #767676 is the lightest gray that passes.
    for (const [color, ratio] of [
      ['#000000', 21],
      ['#ffffff', 1],
      ['#767676', 4.54],
    ] as const)
      expect(contrastWithWhite(color)).toBeCloseTo(ratio, 1);
  });

  it('reads origins as browsers send them', () => {
    const origins = (CORS_ORIGINS: string) => loadConfig({ ...good, CORS_ORIGINS }).http.corsOrigins;
    expect(
      origins('https://App.Example.com:443, http://app.example.com:8080,https://bücher.example'),
    ).toEqual(['https://app.example.com', 'http://app.example.com:8080', 'https://xn--bcher-kva.example']);
    expect(origins('http://localhost:*,http://127.0.0.1:*')).toEqual([
      'http://localhost:*',
      'http://127.0.0.1:*',
    ]);
    expect(origins('')).toEqual([]);
  });

  it.each([
    'https://localhost:*',
    'http://app.example.com:*',
    'http://localhost.example.com:*',
    'http://127.0.0.10:*',
    'https://*.example.com',
    '*',
    'null',
    'app.example.com',
    'https://app.example.com/',
    'https://user@app.example.com',
    'https://app.example.com:99999',
    'http://localhost:*, ftp://app.example.com',
  ])('refuses the origin %s', (CORS_ORIGINS) => {
    expect(problems({ CORS_ORIGINS })).toEqual([
      'CORS_ORIGINS must hold comma-separated origins such as https://app.example.com; only http://localhost:* and http://127.0.0.1:* may have a wildcard',
    ]);
  });

  it('reads the attribute of the legacy id like the Lambda', () => {
    const attribute = (LEGACY_ID_ATTRIBUTE: string | undefined) =>
      loadConfig({ ...good, LEGACY_ID_ATTRIBUTE }).cognito.legacyIdAttribute;
    expect(attribute(undefined)).toBeUndefined();
    expect(attribute(' ')).toBeUndefined();
    expect(attribute(' custom:old_id ')).toBe('custom:old_id');
    expect(problems({ LEGACY_ID_ATTRIBUTE: 'sub' })).toEqual([
      'LEGACY_ID_ATTRIBUTE must be a custom attribute, such as custom:rails_app_id',
    ]);
  });

  it('names every problem, one per line, without values', () => {
    const secret = 'hunter2hunter2 with spaces';
    const found = problems({
      DATABASE_URL: `mysql://${secret}`,
      AWS_REGION: undefined,
      PORT: '70000',
      REFUSAL_TIME_MS: 'soon',
      SESSION_SECRETS: 'changeme',
      LEGACY_UNLOCK_IN: 'whenever',
    });
    expect(found).toEqual([
      'PORT must be a port number',
      'DATABASE_URL must be a postgres:// URL; special characters of a password are written as in %40',
      'AWS_REGION is missing',
      'LEGACY_UNLOCK_IN must be "never" or a number of minutes, hours or days, such as "1 hour"',
      'REFUSAL_TIME_MS must be a number of milliseconds from 0 to 10000',
      'SESSION_SECRETS must hold one or more comma-separated values of at least 16 characters, none of them a placeholder',
    ]);
    expect(found.join()).not.toContain('hunter2');
  });

  it.each(['changeme', 'change-me-please', 'replace-me', 'your-token-here', '<migration token>', 'short'])(
    'refuses the placeholder or too short token %s',
    (token) => expect(problems({ MIGRATION_ACCESS_TOKENS: token })).toHaveLength(1),
  );

  it.each(['pass/word', 'pass#word', 'pass%word'])('refuses a URL with the unencoded password %s', (word) => {
    const found = problems({
      DATABASE_URL: `postgres://usher:${word}@db.example.com/usher`,
      SMTP_URL: `smtps://usher:${word}@mail.example.com`,
      MAIL_FROM: 'usher@example.com',
    });
    expect(found.map((problem) => problem.split(' ')[0])).toEqual(['DATABASE_URL', 'SMTP_URL']);
    expect(found.join()).not.toContain(word);
  });

  it.each([
    'postgres://usher@/usher',
    'postgresql://usher:pass%2Fword@[::1]:5432/usher?sslmode=require',
    'postgres://localhost',
  ])('takes %s', (url) => expect(problems({ DATABASE_URL: url })).toEqual([]));

  it.each([
    'postgres://reader:pw@db.example.com/app',
    'mysql://reader@localhost:3306/app',
    'mariadb://localhost/app',
    'sqlite:./storage/my people.sqlite3',
    'csv:/srv/100%.csv',
  ])('reads legacy users from %s', (LEGACY_DATABASE_URL) => {
    const { legacySource } = loadConfig({ ...good, LEGACY_SOURCE: 'django', LEGACY_DATABASE_URL });
    expect(legacySource).toEqual({ source: 'django', databaseUrl: LEGACY_DATABASE_URL });
    expect(loadConfig(good).legacySource).toEqual({ source: undefined, databaseUrl: undefined });
  });

  it.each([
    'mongodb://reader:hunter2@db/app',
    'mysql://reader:hunt/er2@db/app',
    'sqlite:',
    'people.csv',
    'csv:a\nb',
  ])('refuses the source database %j without its value', (LEGACY_DATABASE_URL) =>
    expect(problems({ LEGACY_DATABASE_URL })).toEqual([
      'LEGACY_DATABASE_URL must be a postgres:// or mysql:// URL with special characters of a password written as in %40, ' +
        'or sqlite: or csv: with the path of a file',
    ]),
  );

  it('treats an empty value as not set', () => {
    expect(problems({ AWS_REGION: '' })).toEqual(['AWS_REGION is missing']);
    expect(problems({ AWS_COGNITO_CLIENT_SECRET: '', PORT: '', PASSWORD_PEPPERS: '' })).toEqual([]);
  });

  it('does not trim peppers, and keeps empty ones', () => {
    expect(loadConfig({ ...good, PASSWORD_PEPPERS: 'new , old,' }).legacyHashes.peppers).toEqual([
      'new ',
      ' old',
      '',
    ]);
    expect(loadConfig({ ...good, PASSWORD_PEPPERS: '' }).legacyHashes.peppers).toEqual([]);
  });

  it.each([
    ['30 minutes', 1800],
    ['2 days', 172_800],
    ['never', undefined],
  ])('reads LEGACY_UNLOCK_IN %s', (text, seconds) => {
    expect(loadConfig({ ...good, LEGACY_UNLOCK_IN: text }).migration.unlockInSeconds).toBe(seconds);
  });

  it('requires both variables of an external challenge', () => {
    expect(problems({ LETSENCRYPT_KEY: 'token' })).toEqual([
      'LETSENCRYPT_CHALLENGE is missing: LETSENCRYPT_KEY and LETSENCRYPT_CHALLENGE go together',
    ]);
    expect(
      loadConfig({ ...good, LETSENCRYPT_KEY: 'token', LETSENCRYPT_CHALLENGE: 'token.print' }).acmeChallenge
        .external,
    ).toEqual({
      token: 'token',
      keyAuthorization: 'token.print',
    });
  });

  it('throws only ConfigurationError', () => {
    const names = [
      ...Object.keys(good),
      'PORT',
      'PUBLIC_URL',
      'LEGACY_HASH',
      'LETSENCRYPT_KEY',
      'COGNITO_ISSUER',
    ];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), anyText()), (change) => {
        problems(change);
      }),
    );
  });
});
