import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const main = join(import.meta.dirname, '../../dist/src/cli/main.js');

/** Runs the built command; one of its streams is closed before it starts. */
async function runUnread(unread: 'stdout' | 'stderr', ...argv: string[]) {
  const child = spawn('/bin/sh', ['-c', 'read begin; exec "$@"', 'sh', process.execPath, main, ...argv], {
    cwd: tmpdir(),
    env: {},
    stdio: 'pipe',
  });
  child[unread].destroy();
  await once(child[unread], 'close');
  let read = '';
  child[unread === 'stdout' ? 'stderr' : 'stdout'].on('data', (chunk: Buffer) => (read += chunk.toString()));
  child.stdin.end('begin\n');
  const [status, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { status, signal, read };
}

describe('the built command with a closed pipe', () => {
  it('exits with the usual status and prints no error', async () => {
    expect(await runUnread('stdout', 'certificates', '--help')).toEqual({
      status: 0,
      signal: null,
      read: '',
    });
  });

  it('exits with the usual status after a usage error', async () => {
    expect(await runUnread('stderr', 'nonsense')).toEqual({ status: 2, signal: null, read: '' });
  });
});

/** Runs the built command without variables. Returns its exit status and the packages that it has loaded. */
async function runListingPackages(...argv: string[]) {
  const directory = await mkdtemp(join(tmpdir(), 'usher-cli-'));
  try {
    const env = { NODE_V8_COVERAGE: directory };
    const { status } = spawnSync(process.execPath, [main, ...argv], { cwd: directory, env });
    const reports = await readdir(directory);
    const loaded = await Promise.all(reports.map((name) => readFile(join(directory, name), 'utf8')));
    const packages = loaded.join().matchAll(/"url":"[^"]*\/node_modules\/((?:@[^/"]+\/)?[^/"]+)/g);
    return { status, packages: [...new Set([...packages].map(([, name]) => name))] };
  } finally {
    await rm(directory, { recursive: true });
  }
}

describe('the built command', () => {
  it.each([
    [0, ['--help']],
    [0, ['--version']],
    [0, ['certificates', 'preflight', '--help']],
    [0, ['migration', 'reconcile', '--help']],
    [2, ['users', 'roles']],
    [2, ['users', 'roles', 'a@example.com', '--add', 'Not a role']],
    [2, ['users', 'relink', 'a@example.com', '--all']],
    [2, ['certificates', 'preflight', 'not a name']],
    [2, ['migration', 'status', '--days', '0']],
    [2, ['migration', 'invite', '--link', 'https://example.com/forgot']],
    [2, ['jobs', 'retry', 'nonsense']],
  ])('exits with %i for %j and loads no package but commander', async (status, argv) => {
    expect(await runListingPackages(...argv)).toEqual({ status, packages: ['commander'] });
  });
});
