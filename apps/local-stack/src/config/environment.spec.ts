import { describe, expect, it } from '@jest/globals';
import { apiEnvironment, apiUrl, givenVariables, lambdaEnvironment, type StackParts } from './environment.js';

const parts: StackParts = {
  apiPort: 3000,
  databaseUrl: 'postgresql://stack',
  smtpUrl: 'smtp://stack',
  secrets: { session: 'a-session-secret', migrationAccessToken: 'a-token' },
  localPool: {
    url: 'http://127.0.0.1:9229',
    lambdaUrl: 'http://127.0.0.1:9001',
    userPoolId: 'us-east-1_abc',
    clientId: 'client',
  },
};

describe('givenVariables', () => {
  it('treats an empty variable as not set, and a blank one as set', () => {
    expect(givenVariables({ PORT: '', PASSWORD_PEPPERS: ' ', HOST: undefined })).toEqual({
      PASSWORD_PEPPERS: ' ',
    });
  });
});

describe('apiEnvironment', () => {
  it('contains the addresses of the parts of the stack', () => {
    expect(apiEnvironment({}, parts)).toEqual({
      PORT: '3000',
      HOST: '127.0.0.1',
      PUBLIC_URL: 'http://127.0.0.1:3000',
      DATABASE_URL: 'postgresql://stack',
      AWS_REGION: 'us-east-1',
      AWS_COGNITO_USER_POOL_ID: 'us-east-1_abc',
      AWS_COGNITO_CLIENT_ID: 'client',
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: 'http://127.0.0.1:9229',
      AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:9001',
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: 'http://127.0.0.1:9229',
      COGNITO_ISSUER: 'http://127.0.0.1:9229/us-east-1_abc',
      COGNITO_JWKS_URL: 'http://127.0.0.1:9229/us-east-1_abc/.well-known/jwks.json',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      MIGRATION_ACCESS_TOKENS: 'a-token',
      SESSION_SECRETS: 'a-session-secret',
      SMTP_URL: 'smtp://stack',
      MAIL_FROM: 'Usher <usher@localhost.localdomain>',
      PAGES: 'on',
      CORS_ORIGINS: 'http://localhost:*,http://127.0.0.1:*',
    });
  });

  it('prefers variables that the user has set, and forwards unknown ones', () => {
    const given = Object.fromEntries(
      Object.keys(apiEnvironment({}, parts)).map((name) => [name, `my ${name}`]),
    );
    expect(apiEnvironment({ ...given, RATE_LIMITS: 'off' }, parts)).toEqual({
      ...given,
      RATE_LIMITS: 'off',
      // The port was chosen earlier, based on PORT.
      PORT: '3000',
    });
  });

  it('has the legacy source of the demo, unless the user has set another', () => {
    const demo = { ...parts, legacySource: 'django' };
    expect(apiEnvironment({}, demo)).toMatchObject({ LEGACY_SOURCE: 'django' });
    expect(apiEnvironment({ LEGACY_SOURCE: 'none' }, demo)).toMatchObject({ LEGACY_SOURCE: 'none' });
  });

  it('sets no pool variables if the user configures a pool', () => {
    const environment = apiEnvironment(
      { AWS_COGNITO_USER_POOL_ID: 'eu-west-1_theirs', AWS_PROFILE: 'theirs' },
      { ...parts, localPool: undefined },
    );
    expect(
      Object.keys(environment).filter((name) => /COGNITO|^AWS_(ACCESS|SECRET|PROFILE)/.test(name)),
    ).toEqual(['AWS_COGNITO_USER_POOL_ID', 'AWS_PROFILE']);
  });

  it('omits an AWS profile when the local pool is used', () => {
    expect(apiEnvironment({ AWS_PROFILE: 'expired' }, parts)).not.toHaveProperty('AWS_PROFILE');
  });
});

describe('lambdaEnvironment', () => {
  it('contains the generated token and no other secret of the stack', () => {
    expect(lambdaEnvironment({ SECRET: 'x' }, 'http://api', 'generated')).toEqual({
      MIGRATION_API_URL: 'http://api',
      MIGRATION_ACCESS_TOKEN: 'generated',
      PUBLIC_URL: 'http://api',
    });
  });

  it('uses the first token, the name and the address that the user configured for the API', () => {
    const given = {
      MIGRATION_ACCESS_TOKENS: ' , new-token , old-token',
      LEGACY_ID_ATTRIBUTE: 'custom:old_id',
      APP_NAME: 'Acme',
      PUBLIC_URL: 'https://acme.example.com',
    };
    expect(lambdaEnvironment(given, 'http://api', 'generated')).toEqual({
      MIGRATION_API_URL: 'http://api',
      MIGRATION_ACCESS_TOKEN: 'new-token',
      LEGACY_ID_ATTRIBUTE: 'custom:old_id',
      APP_NAME: 'Acme',
      PUBLIC_URL: 'https://acme.example.com',
    });
  });

  it('prefers variables that the user set for the Lambda', () => {
    const given = {
      MIGRATION_ACCESS_TOKENS: 'a',
      MIGRATION_ACCESS_TOKEN: 'b',
      MIGRATION_API_URL: 'http://other',
      USER_ATTRIBUTES: 'locale=language',
    };
    expect(lambdaEnvironment(given, 'http://api', 'generated')).toEqual({
      MIGRATION_API_URL: 'http://other',
      MIGRATION_ACCESS_TOKEN: 'b',
      USER_ATTRIBUTES: 'locale=language',
      PUBLIC_URL: 'http://api',
    });
  });
});

describe('apiUrl', () => {
  it.each([
    [{ PORT: '1' }, 'http://127.0.0.1:1'],
    [{ PORT: '1', HOST: '0.0.0.0' }, 'http://127.0.0.1:1'],
    [{ PORT: '1', HOST: '::' }, 'http://[::1]:1'],
    [{ PORT: '1', HOST: 'localhost' }, 'http://localhost:1'],
  ])('of %j is %s', (environment, url) => {
    expect(apiUrl(environment)).toBe(url);
  });
});
