import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase } from '../support/drivers/database.js';
import { startUsher } from '../support/drivers/usher.js';

const main = join(import.meta.dirname, '../../dist/api/main.js');

/** Runs the built API in a folder without a .env file, and waits until it exits. */
async function start(environment: Record<string, string>): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, ['--no-warnings', main], { cwd: tmpdir(), env: environment });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

const good = {
  HOST: '127.0.0.1',
  PORT: '0',
  DATABASE_URL: 'postgres://nobody:canary-password@127.0.0.1:1/none',
  AWS_REGION: 'us-east-1',
  AWS_COGNITO_USER_POOL_ID: 'us-east-1_abc',
  AWS_COGNITO_CLIENT_ID: 'abc',
  MIGRATION_ACCESS_TOKENS: 'canary-token-1',
  SESSION_SECRETS: 'canary-secret-of-some-length',
};

describe('the built API', () => {
  it('refuses to start with an invalid configuration, with one line per error and no values', async () => {
    const { code, output } = await start({
      ...good,
      AWS_REGION: '',
      PORT: 'canary-port',
      SESSION_SECRETS: 'changeme',
      ACME_CERTIFICATES: 'shop.example.com; *.canary.example.com',
      ACME_CA_BUNDLE: '/nowhere/canary.pem',
    });
    expect(code).toBe(1);
    expect(output.trim().split('\n')).toEqual([
      'The configuration cannot be used:',
      '  PORT must be a port number',
      '  AWS_REGION is missing',
      '  SESSION_SECRETS must hold one or more comma-separated values of at least 16 characters, none of them a placeholder',
      '  ACME_CERTIFICATES must hold domain names, comma-separated, and semicolons between certificates; no wildcards: name 1 of certificate 2 is a wildcard, which http-01 cannot prove; list each name separately',
      '  ACME_CA_BUNDLE must be the path of a PEM file with certificates: it cannot be read (ENOENT)',
      "  ACME_TERMS_AGREED must be yes, once you have read the CA's terms of service",
    ]);
  });

  it('warns of weak settings, reports that the database is unreachable, and logs no secret', async () => {
    const { code, output } = await start({
      ...good,
      RATE_LIMITS: 'off',
      METRICS_ACCESS_TOKENS: 'canary-metrics-token',
    });
    expect(code).toBe(1);
    const lines = output.trim().split('\n');
    const warnings = lines
      .map((line) => JSON.parse(line) as Record<string, string>)
      .filter(({ level }) => level === 'warn');
    expect(warnings.map(({ level, variable }) => ({ level, variable }))).toEqual(
      [
        'SESSION_SECRETS',
        'MIGRATION_ACCESS_TOKENS',
        'METRICS_ACCESS_TOKENS',
        'PUBLIC_URL',
        'RATE_LIMITS',
      ].map((variable) => ({ level: 'warn', variable })),
    );
    expect(warnings[0]).toMatchObject({
      msg: 'the newest session secret is shorter than 32 characters',
      fix: expect.stringMatching(/^openssl rand -base64 48 /),
    });
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      msg: 'start failed',
      error: { code: 'ECONNREFUSED' },
    });
    expect(output).not.toContain('canary');
  });

  it('names in one line what keeps the users table from being adopted', async () => {
    const database = await createDatabase();
    await database.sql('CREATE TABLE users (id bigint)');
    const { code, output } = await start({ ...good, DATABASE_URL: database.url });
    await database.drop();
    expect(code).toBe(2);
    expect(output).toContain(
      'Usher cannot adopt "users": it has no column email, encrypted_password. It can be read without changes as a read-only source: set LEGACY_SOURCE to a preset or a source file.\n',
    );
  });
});

describe("while the pool's keys are unreachable", () => {
  it('responds with 503 instead of 401, so that no user is signed out', async () => {
    const usher = await startUsher({ environment: { COGNITO_JWKS_URL: 'http://127.0.0.1:1/jwks.json' } });
    const direct = await usher.cognito.initiateAuth({
      ClientId: usher.clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: 'ada@example.com', PASSWORD: 'correct horse battery staple' },
    });
    const authorization = `Bearer ${direct.AuthenticationResult?.AccessToken}`;
    const answers = [
      await usher.api.get('/users/me', { authorization }),
      await usher.api.get('/users/me', { authorization }),
    ];
    const garbage = await usher.api.get('/users/me', { authorization: 'Bearer garbage' });
    await usher.close();
    expect(answers.map(({ body }) => body.code)).toEqual(['cognito.unavailable', 'cognito.unavailable']);
    expect(garbage.body.code).toBe('auth.token_invalid');
  });
});
