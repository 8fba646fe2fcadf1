import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createPool, PoolClient, sdkFor } from './support.js';

/** The built command of `npm run user-pool`; `npm test` builds it first. */
const main = join(import.meta.dirname, '../../../dist/apps/user-pool/src/main.js');

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'user-pool-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function start(...args: string[]): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [main, '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /User pool at (http\S+)/.exec(line)?.[1];
    if (url) return { child, url };
  }
  throw new Error('The command ended.');
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exit = once(child, 'exit') as Promise<[number | null]>;
  child.kill(signal);
  return (await exit)[0];
}

const run = (...args: string[]) =>
  new Promise<{ code: number | null; output: string }>((resolve) => {
    const child = execFile(process.execPath, [main, ...args], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, output: stdout + stderr }),
    );
  });

describe('npm run user-pool', () => {
  it('loses no acknowledged change when it is killed', async () => {
    const { child, url } = await start('--data', directory);
    const sdk = sdkFor(url);
    const pool = await new PoolClient(sdk, await createPool(sdk)).withClient();
    const { poolId, clientId } = pool;
    const acknowledged: string[] = [];
    let number = 0;
    const createUntilItEnds = async () => {
      for (;;) {
        const email = `user${(number += 1)}@example.com`;
        await pool.createUser(email);
        acknowledged.push(email);
        // Killed while other requests are active.
        if (acknowledged.length === 50) child.kill('SIGKILL');
      }
    };
    await Promise.allSettled(Array.from({ length: 20 }, createUntilItEnds));
    expect(acknowledged.length).toBeGreaterThanOrEqual(50);

    const again = await start('--data', directory);
    const survivor = new PoolClient(sdkFor(again.url), poolId, clientId);
    for (const Username of acknowledged) {
      const user = await survivor.sdk.adminGetUser({ UserPoolId: poolId, Username });
      expect(user.UserStatus).toBe('CONFIRMED');
    }
    expect((await survivor.signIn(acknowledged[49] ?? '')).AuthenticationResult).toBeDefined();

    // A second server on the same port or folder does not affect the first one.
    const samePort = await run('--port', new URL(again.url).port, '--data', directory);
    expect(samePort).toMatchObject({ code: 1, output: expect.stringContaining('The port is taken') });
    const sameFolder = await run('--port', '0', '--data', directory);
    expect(sameFolder).toMatchObject({ code: 1, output: expect.stringContaining('is in use by process') });
    await survivor.createUser('late@example.com');
    expect(await end(again.child, 'SIGTERM')).toBe(0);
    const last = await start('--data', directory);
    const where = new PoolClient(sdkFor(last.url), poolId, clientId);
    expect((await where.signIn('late@example.com')).AuthenticationResult).toBeDefined();
    await end(last.child, 'SIGTERM');
  });

  it('creates the pools of a file once', async () => {
    const file = join(directory, 'pools.json');
    const Users = [{ Username: 'ann@example.com', Password: 'Correct-horse-1' }];
    const pool = {
      Id: 'eu-west-1_local0001',
      UsernameAttributes: ['email'],
      Clients: [{ ClientId: 'web', ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'] }],
      Users,
    };
    await writeFile(file, JSON.stringify({ pools: [pool] }));
    for (let times = 1; times <= 2; times++) {
      const { child, url } = await start('--data', join(directory, 'data'), '--pools', file);
      const where = new PoolClient(sdkFor(url), pool.Id, 'web');
      expect((await where.signIn('ann@example.com')).AuthenticationResult).toBeDefined();
      expect(await end(child, 'SIGINT')).toBe(0);
    }
  });

  it('reports a usage error in one line', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, output: expect.stringContaining('--lambda URL') });
    const file = join(directory, 'pools.json');
    await writeFile(file, '{"pools":[{}]}');
    const mistakes = [
      [['--nonsense'], "Unknown option '--nonsense'"],
      [['--port', 'x'], '--port takes a number from 0 to 65535, not x'],
      [['--smtp', 'x'], '--smtp takes a URL, not x'],
      [['--pools', join(directory, 'none')], 'cannot be read'],
      [['--port', '0', '--pools', file], 'needs an "Id" such as eu-west-1_local0001'],
      [['--port', '0', '--data', file], 'pools.json'],
    ] as const;
    for (const [args, message] of mistakes) {
      const { code, output } = await run(...args);
      expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining(message) });
      expect(output).not.toContain('    at ');
    }
  });
});
