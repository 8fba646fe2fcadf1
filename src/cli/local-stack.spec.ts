import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { processVariables, setVariables } from '../common/config/process-env.js';
import { useLocalStack } from './local-stack.js';

const names = [
  'DATABASE_URL',
  'PUBLIC_URL',
  'AWS_REGION',
  'AWS_COGNITO_USER_POOL_ID',
  'AWS_COGNITO_CLIENT_ID',
  'AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER',
  'COGNITO_ISSUER',
  'COGNITO_JWKS_URL',
  'AWS_ENDPOINT_URL_LAMBDA',
  'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'MIGRATION_ACCESS_TOKENS',
  'SESSION_SECRETS',
  'LEGACY_SOURCE',
];

describe('useLocalStack', () => {
  let folder: string;
  let file: string;
  let server: Server;
  let url: string;
  /** Paths that the stack answers with 200. */
  let found: string[];

  const stack = () => ({
    apiUrl: url,
    userPoolUrl: url,
    region: 'us-east-1',
    userPoolId: 'us-east-1_abc',
    clientId: 'client',
    databaseUrl: 'postgres://stack',
    migrationAccessToken: 'migration-token',
    lambdaUrl: 'http://lambda',
    logsUrl: 'http://logs',
    sessionSecrets: 'session-secret',
    legacySource: 'django',
  });
  const write = (content: unknown) => writeFileSync(file, JSON.stringify(content));
  const variables = () => {
    const all = processVariables();
    return Object.fromEntries(
      names.filter((name) => all[name] !== undefined).map((name) => [name, all[name]]),
    );
  };

  beforeEach(async () => {
    setVariables({}, [...names, 'AWS_PROFILE']);
    folder = mkdtempSync(join(tmpdir(), 'usher-stack-'));
    file = join(folder, 'stack.json');
    found = ['/health/live', '/us-east-1_abc/.well-known/jwks.json'];
    server = createServer(({ url: path = '' }, response) => {
      response.writeHead(found.includes(path) ? 200 : 404).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
    setVariables({}, names);
  });

  it('does nothing without the file', async () => {
    expect(await useLocalStack(file)).toBeUndefined();
    expect(variables()).toEqual({});
  });

  it('sets what is not set, and names it', async () => {
    write(stack());
    setVariables({ AWS_PROFILE: 'expired' }, []);
    expect(await useLocalStack(file)).toBe(`From the local stack (${file}): ${names.join(', ')}`);
    expect(variables()).toEqual({
      DATABASE_URL: 'postgres://stack',
      PUBLIC_URL: url,
      AWS_REGION: 'us-east-1',
      AWS_COGNITO_USER_POOL_ID: 'us-east-1_abc',
      AWS_COGNITO_CLIENT_ID: 'client',
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: url,
      COGNITO_ISSUER: `${url}/us-east-1_abc`,
      COGNITO_JWKS_URL: `${url}/us-east-1_abc/.well-known/jwks.json`,
      AWS_ENDPOINT_URL_LAMBDA: 'http://lambda',
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: 'http://logs',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      MIGRATION_ACCESS_TOKENS: 'migration-token',
      SESSION_SECRETS: 'session-secret',
      LEGACY_SOURCE: 'django',
    });
    expect(processVariables()).not.toHaveProperty('AWS_PROFILE');
    expect(await useLocalStack(file)).toBeUndefined();
  });

  it('keeps each variable that is set, and takes an empty one as not set', async () => {
    write(stack());
    setVariables({ DATABASE_URL: 'postgres://mine', AWS_REGION: '' }, []);
    const line = await useLocalStack(file);
    expect(line).toContain('AWS_REGION');
    expect(line).not.toContain('DATABASE_URL');
    expect(variables()).toMatchObject({ DATABASE_URL: 'postgres://mine', AWS_REGION: 'us-east-1' });
  });

  it('leaves credentials and endpoints alone if the stack uses a pool in AWS', async () => {
    found = ['/health/live'];
    write({ ...stack(), userPoolUrl: 'https://cognito-idp.us-east-1.amazonaws.com' });
    setVariables({ AWS_PROFILE: 'mine' }, []);
    expect(await useLocalStack(file)).toContain('AWS_COGNITO_USER_POOL_ID');
    expect(
      Object.keys(variables()).filter((name) => /ENDPOINT|KEY|COGNITO_(ISSUER|JWKS)/.test(name)),
    ).toEqual([]);
    expect(processVariables()).toMatchObject({ AWS_PROFILE: 'mine' });
  });

  it.each([
    ['the stack is gone', () => server.close()],
    ['another program has its port', () => (found = [])],
    ['another stack has its ports', () => (found = ['/health/live'])],
  ])('ignores the file when %s, and says so', async (_case, change) => {
    write(stack());
    change();
    expect(await useLocalStack(file)).toBe(
      `${file} is ignored: its local stack does not answer at ${url}. Start it with npm start, or set the variables.`,
    );
    expect(variables()).toEqual({});
  });

  it.each(['', '{"apiUrl":', '[]', 'null'])('ignores a file with %j, and says so', async (content) => {
    writeFileSync(file, content);
    expect(await useLocalStack(file)).toBe(`${file} is damaged and is ignored.`);
    expect(variables()).toEqual({});
  });
});
