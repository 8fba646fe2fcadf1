import { spawn } from 'node:child_process';
import { once } from 'node:events';
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
