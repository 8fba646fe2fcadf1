import { describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiEnvironment } from '../../../apps/local-stack/src/config/environment.js';
import { LocalFolder } from '../../../apps/local-stack/src/local-folder.js';
import { openSecrets } from '../../../apps/local-stack/src/secrets.js';
import { minimalEnvironment } from '../../../test/support/builders/environment.js';
import { loadConfig } from './config.js';
import { startWarnings } from './start-warnings.js';

const long = (letter: string) => letter.repeat(32);
const short = (letter: string) => letter.repeat(31);

const good = {
  ...minimalEnvironment,
  PUBLIC_URL: 'https://auth.example.com',
  MIGRATION_ACCESS_TOKENS: long('m'),
  SESSION_SECRETS: long('s'),
};

const warnings = (changes: Record<string, string | undefined>) =>
  startWarnings(loadConfig({ ...good, ...changes }));

describe('startWarnings', () => {
  it('returns none for a secure configuration', () => {
    expect(warnings({ METRICS_ACCESS_TOKENS: long('p'), RATE_LIMITS: 'on' })).toEqual([]);
  });

  it.each([
    ['an older secret that is short', { SESSION_SECRETS: `${long('s')},${'o'.repeat(16)}` }],
    ['an address of this machine', { PUBLIC_URL: 'http://localhost:3000' }],
    ['a name of this machine', { PUBLIC_URL: 'http://auth.localhost' }],
    ['an IPv4 address of this machine', { PUBLIC_URL: 'http://127.0.0.1:3000' }],
    ['an IPv6 address of this machine', { PUBLIC_URL: 'http://[::1]:3000' }],
    ['a confirmation page with https', { CONFIRMATION_PAGE_URL: 'https://app.example.com/confirm' }],
    ['a confirmation page on this machine', { CONFIRMATION_PAGE_URL: 'http://localhost:5173/confirm' }],
  ])('returns none for %s', (_what, changes) => {
    expect(warnings(changes)).toEqual([]);
  });

  it.each([
    [
      'SESSION_SECRETS',
      'the newest session secret is shorter than 32 characters',
      { SESSION_SECRETS: `${short('s')},${long('o')}` },
    ],
    [
      'MIGRATION_ACCESS_TOKENS',
      'a migration access token is shorter than 32 characters',
      { MIGRATION_ACCESS_TOKENS: `${long('m')},${short('n')}` },
    ],
    [
      'METRICS_ACCESS_TOKENS',
      'a metrics access token is shorter than 32 characters',
      { METRICS_ACCESS_TOKENS: `${long('m')},${short('n')}` },
    ],
    ['PUBLIC_URL', 'PUBLIC_URL is not set', { PUBLIC_URL: undefined }],
    ['PUBLIC_URL', 'PUBLIC_URL has no https', { PUBLIC_URL: 'http://auth.example.com' }],
    ['PUBLIC_URL', 'PUBLIC_URL has no https', { PUBLIC_URL: 'http://localhost.example.com' }],
    [
      'CONFIRMATION_PAGE_URL',
      'CONFIRMATION_PAGE_URL has no https',
      { CONFIRMATION_PAGE_URL: 'http://app.example.com/confirm' },
    ],
    ['RATE_LIMITS', 'rate limits are off', { RATE_LIMITS: 'off' }],
  ])('warns about %s: %s, once', (variable, message, changes) => {
    expect(warnings(changes)).toEqual([
      {
        message,
        variable,
        effect: expect.any(String),
        fix: expect.stringMatching(/^(openssl rand -base64 48|[A-Z_]+=\S+) # /),
      },
    ]);
  });

  it('contains no values', () => {
    const canaries = {
      SESSION_SECRETS: 'canary-session-secret',
      MIGRATION_ACCESS_TOKENS: 'canary-migration',
      METRICS_ACCESS_TOKENS: 'canary-metrics-token',
    };
    const text = JSON.stringify(
      warnings({
        ...canaries,
        PUBLIC_URL: 'http://canary.example.org',
        CONFIRMATION_PAGE_URL: 'http://page.canary.example.org',
        RATE_LIMITS: 'off',
      }),
    );
    expect(text).not.toContain('canary');
    expect(JSON.parse(text)).toHaveLength(6);
  });

  it('returns none for the environment of the local stack', async () => {
    const path = await mkdtemp(join(tmpdir(), 'usher-'));
    const folder = await LocalFolder.open(path, { fresh: false });
    const secrets = await openSecrets(folder);
    folder.close();
    await rm(path, { recursive: true });
    const ids = { userPoolId: 'us-east-1_abc', clientId: 'client' };
    const localPool = { url: 'http://127.0.0.1:9229', lambdaUrl: 'http://127.0.0.1:9001', ...ids };
    const parts = { apiPort: 3000, databaseUrl: 'postgres://a@127.0.0.1/b', smtpUrl: 'smtp://127.0.0.1:25' };
    const variables = apiEnvironment({}, { ...parts, secrets, localPool });
    expect(startWarnings(loadConfig(variables))).toEqual([]);
  });
});
