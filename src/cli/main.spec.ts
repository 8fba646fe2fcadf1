import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const main = join(import.meta.dirname, '../../dist/src/cli/main.js');

/** The built command; the reader of one of its streams is gone before it begins. */
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

describe('the built command, when nobody reads any more', () => {
  it('ends quietly, as if it had been read', async () => {
    expect(await runUnread('stdout', 'certificates', '--help')).toEqual({
      status: 0,
      signal: null,
      read: '',
    });
  });

  it('ends as it would when it has something to complain about', async () => {
    expect(await runUnread('stderr', 'nonsense')).toEqual({ status: 2, signal: null, read: '' });
  });
});
