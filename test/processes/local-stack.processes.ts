import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from '../../apps/local-stack/src/ports.js';
import { startPostgres } from '../../apps/local-stack/src/postgres/postgres.js';
import type { StackFile } from '../../apps/local-stack/src/stack-file.js';
import { isRunning, makeCheckout, processesBelow, RunningStack } from '../support/drivers/running-stack.js';
import { until } from '../support/drivers/until.js';

const ada = { email: 'ada@example.com', password: 'correct horse battery staple' };

function post(url: string, body: object): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

// All tests share a checkout and depend on their order.
describe('the local stack', () => {
  let checkout: string;
  let stack: RunningStack;
  let first: StackFile;

  const launch = (argv: string[] = [], environment: Record<string, string> = {}) => {
    const { PATH = '', HOME = '' } = process.env;
    return new RunningStack(checkout, argv, { PATH, HOME, PORT: '0', ...environment });
  };
  const start = (...options: Parameters<typeof launch>) => (stack = launch(...options));
  const localFiles = () => readdir(join(checkout, '.local'));
  const secrets = () => readFileSync(join(checkout, '.local', 'secrets.json'), 'utf8');

  /** Runs `end` on a running stack. Returns the exit code when no process of the stack remains. */
  const stopsCompletely = async (end: () => Promise<number | null>) => {
    const processes = await processesBelow(stack.pid);
    const code = await end();
    for (const one of processes) await until(async () => !(await isRunning(one)));
    return code;
  };

  beforeAll(async () => {
    checkout = await makeCheckout();
  });

  afterEach(() => stopsCompletely(() => stack.end('SIGTERM').catch(() => null)));

  afterAll(() => rm(checkout, { recursive: true, force: true }));

  it('migrates a legacy user at the first sign-in, and stops on Ctrl-C', async () => {
    first = await start().ready();
    expect(Object.keys(first)).toEqual([
      'apiUrl',
      'userPoolUrl',
      'region',
      'userPoolId',
      'clientId',
      'databaseUrl',
      'migrationAccessToken',
      'lambdaUrl',
      'logsUrl',
      'mailUrl',
      'demoUsers',
      'sessionSecrets',
    ]);
    expect(first.demoUsers).toHaveLength(29);
    const answer = await post(`${first.apiUrl}/auth/sign-in`, ada);
    const signedIn = (await answer.json()) as { tokens: { accessToken: string } };
    expect(signedIn).toMatchObject({ user: { id: 1, email: ada.email }, tokens: { tokenType: 'Bearer' } });
    const AccessToken = signedIn.tokens.accessToken;
    const changed = await fetch(first.userPoolUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AWSCognitoIdentityProviderService.UpdateUserAttributes',
      },
      body: JSON.stringify({ AccessToken, UserAttributes: [{ Name: 'email', Value: 'x@evil.example' }] }),
    });
    expect(await changed.json()).toMatchObject({ __type: 'NotAuthorizedException' });
    expect(stack.output).not.toContain('cognito.misconfigured');
    const authorization = `Bearer ${AccessToken}`;
    const enrolment = await fetch(`${first.apiUrl}/auth/mfa/totp`, {
      method: 'POST',
      headers: { authorization },
    });
    expect(enrolment.status).toBe(200);

    expect((await post(`${first.apiUrl}/passwords/forgot`, { email: ada.email })).status).toBe(202);
    await until(async () => {
      const answered = await fetch(`${first.mailUrl}/messages`);
      const mails = (await answered.json()) as { to: string[]; html: string }[];
      // In our words, by the Lambda.
      return mails.some(
        ({ to, html }) => to[0] === ada.email && html.includes(`href="${first.apiUrl}/reset"`),
      );
    });

    const second = launch();
    expect(await second.exited).toBe(1);
    expect(second.output).toContain(`The local stack is running already (process ${stack.pid}).`);

    expect(await stopsCompletely(() => stack.interrupt())).toBe(0);
    expect(await localFiles()).not.toContain('stack.json');
  }, 60_000);

  it('keeps its data for the next start, and stops when a part of it exits', async () => {
    const ports = join(checkout, '.local', 'ports.json');
    const kept = JSON.parse(readFileSync(ports, 'utf8')) as Record<string, number>;
    expect(first.userPoolUrl).toBe(`http://127.0.0.1:${kept.userPool}`);
    const userPool = await freePort();
    await writeFile(ports, JSON.stringify({ ...kept, userPool }));
    const again = await start().ready();
    expect(again).toMatchObject({
      userPoolUrl: `http://127.0.0.1:${userPool}`,
      userPoolId: first.userPoolId,
      clientId: first.clientId,
      migrationAccessToken: first.migrationAccessToken,
    });
    expect((await post(`${again.apiUrl}/auth/sign-in`, ada)).status).toBe(200);
    const api = (await processesBelow(stack.pid)).find(({ command }) => command.includes('dist/src/main.js'));
    const code = await stopsCompletely(async () => {
      process.kill(api?.pid ?? 0, 'SIGKILL');
      return stack.exited;
    });
    expect(code).toBe(1);
    expect(stack.output).toContain('The API ended (SIGKILL).');
    expect(await localFiles()).not.toContain('stack.json');
  }, 60_000);

  it('leaves no process when it is killed, and starts again', async () => {
    await start().ready();
    await stopsCompletely(() => stack.end('SIGKILL'));
    const again = await start().ready();
    expect(again.userPoolId).toBe(first.userPoolId);
    expect(await stopsCompletely(() => stack.end('SIGHUP'))).toBe(0);
  }, 60_000);

  it('deletes its data with --fresh, and can be stopped during the start', async () => {
    const before = secrets();
    start(['--fresh']);
    await stack.says('API  ');
    expect(await stopsCompletely(() => stack.end('SIGTERM'))).toBe(0);
    expect(stack.output).not.toContain('Usher is ready.');
    expect(secrets()).not.toBe(before);
    expect(await localFiles()).not.toContain('running.json');
  }, 60_000);

  it('stops all parts when a later part does not start, and prints the reason', async () => {
    start([], { REFUSAL_TIME_MS: 'soon' });
    await stack.says('API  ');
    expect(await stopsCompletely(() => stack.exited)).toBe(1);
    expect(stack.output).toMatch(/REFUSAL_TIME_MS must be a number of milliseconds/);
    expect(stack.output).not.toContain('soon');
  }, 60_000);

  it('exits with status 2 when the API refuses its configuration', async () => {
    start([], { LEGACY_BLOCKED_WHEN: 'no_such_column' });
    const code = await stopsCompletely(() => stack.exited);
    expect(code).toBe(2);
    expect(stack.output).toContain('LEGACY_BLOCKED_WHEN names the column "no_such_column"');
  }, 60_000);

  it('fails when the given port is occupied', async () => {
    const occupied = createServer().listen(0, '127.0.0.1');
    await once(occupied, 'listening');
    const { port } = occupied.address() as AddressInfo;
    expect(await start([], { PORT: String(port) }).exited).toBe(1);
    expect(stack.output).toContain(`Nothing can listen on port ${port}, which PORT asks for`);
    occupied.close();
  });

  it('uses a given database, without demo users', async () => {
    const postgres = await startPostgres({ dataDir: join(checkout, 'theirs'), durable: false });
    const url = await postgres.createDatabase('theirs');
    const client = new pg.Client({ connectionString: url });
    try {
      expect(await start([], { DATABASE_URL: url }).ready()).toMatchObject({
        databaseUrl: url,
        demoUsers: [],
      });
      expect(await stack.end('SIGTERM')).toBe(0);
      await client.connect();
      expect((await client.query('SELECT count(*)::int FROM users')).rows).toEqual([{ count: 0 }]);
    } finally {
      await client.end();
      await postgres.stop();
    }
  }, 60_000);

  it('prints its options with --help', async () => {
    expect(await start(['--help']).exited).toBe(0);
    expect(stack.output).toContain('--fresh');
    expect(await start(['--frsh']).exited).toBe(2);
    expect(stack.output).toContain('Unknown option: --frsh');
  });
});
