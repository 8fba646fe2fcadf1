import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../apps/local-stack/src/postgres/postgres.js';
import type { StackFile } from '../../apps/local-stack/src/stack-file.js';
import { isRunning, makeCheckout, processesBelow, RunningStack } from '../support/running-stack.js';
import { until } from '../support/until.js';

const ada = { email: 'ada@example.com', password: 'correct horse battery staple' };

function post(url: string, body: object): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

// One checkout for all, in the order in which somebody might live with it: what one test leaves, the next one finds.
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

  /** Does it to a running stack, and answers the exit code once no process of the stack is left. */
  const andNothingIsLeft = async (end: () => Promise<number | null>) => {
    const processes = await processesBelow(stack.pid);
    const code = await end();
    for (const one of processes) await until(async () => !(await isRunning(one)));
    return code;
  };

  beforeAll(async () => {
    checkout = await makeCheckout();
  });

  afterEach(() => andNothingIsLeft(() => stack.end('SIGTERM').catch(() => null)));

  afterAll(() => rm(checkout, { recursive: true, force: true }));

  it('migrates a legacy user at the first sign-in, and ends on Ctrl-C', async () => {
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
      'mailUrl',
      'demoUsers',
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
      const mails = (await (await fetch(`${first.mailUrl}/messages`)).json()) as { to: string[] }[];
      return mails[0]?.to[0] === ada.email;
    });

    const second = launch();
    expect(await second.exited).toBe(1);
    expect(second.output).toContain(`The local stack is running already (process ${stack.pid}).`);

    expect(await andNothingIsLeft(() => stack.interrupt())).toBe(0);
    expect(await localFiles()).not.toContain('stack.json');
  }, 60_000);

  it('keeps its data for the next start, and ends when a part of it dies', async () => {
    const again = await start().ready();
    expect(again).toMatchObject({
      userPoolId: first.userPoolId,
      clientId: first.clientId,
      migrationAccessToken: first.migrationAccessToken,
    });
    expect((await post(`${again.apiUrl}/auth/sign-in`, ada)).status).toBe(200);
    const api = (await processesBelow(stack.pid)).find(({ command }) => command.includes('dist/src/main.js'));
    const code = await andNothingIsLeft(async () => {
      process.kill(api?.pid ?? 0, 'SIGKILL');
      return stack.exited;
    });
    expect(code).toBe(1);
    expect(stack.output).toContain('The API ended (SIGKILL).');
    expect(await localFiles()).not.toContain('stack.json');
  }, 60_000);

  it('leaves no process behind even when it is killed, and starts again', async () => {
    await start().ready();
    await andNothingIsLeft(() => stack.end('SIGKILL'));
    const again = await start().ready();
    expect(again.userPoolId).toBe(first.userPoolId);
    expect(await andNothingIsLeft(() => stack.end('SIGHUP'))).toBe(0);
  }, 60_000);

  it('starts anew with --fresh, and can be ended in the middle of it', async () => {
    const before = secrets();
    start(['--fresh']);
    await stack.says('API  ');
    expect(await andNothingIsLeft(() => stack.end('SIGTERM'))).toBe(0);
    expect(stack.output).not.toContain('Usher is ready.');
    expect(secrets()).not.toBe(before);
    expect(await localFiles()).not.toContain('running.json');
  }, 60_000);

  it('ends what it started when a later part does not start, and says why', async () => {
    start([], { REFUSAL_TIME_MS: 'soon' });
    await stack.says('API  ');
    expect(await andNothingIsLeft(() => stack.exited)).toBe(1);
    expect(stack.output).toMatch(/REFUSAL_TIME_MS must be a number of milliseconds/);
    expect(stack.output).not.toContain('soon');
  }, 60_000);

  it('ends with status 2 when the API refuses its configuration', async () => {
    start([], { LEGACY_BLOCKED_WHEN: 'no_such_column' });
    const code = await andNothingIsLeft(() => stack.exited);
    expect(code).toBe(2);
    expect(stack.output).toContain('LEGACY_BLOCKED_WHEN names the column "no_such_column"');
  }, 60_000);

  it('does not take another port than the one it was told', async () => {
    const occupied = createServer().listen(0, '127.0.0.1');
    await once(occupied, 'listening');
    const { port } = occupied.address() as AddressInfo;
    expect(await start([], { PORT: String(port) }).exited).toBe(1);
    expect(stack.output).toContain(`Nothing can listen on port ${port}, which PORT asks for`);
    occupied.close();
  });

  it('uses a database that is given, and puts no demo users into it', async () => {
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
