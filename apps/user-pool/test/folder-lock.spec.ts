import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startUserPool } from '../src/server.js';
import { lockFolder } from '../src/state/folder-lock.js';
import { LockSocket } from '../src/state/lock-socket.js';
import { refusal } from './support.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'user-pool-'));
});
afterEach(() => rm(directory, { recursive: true }));

const locks = async () => (await readdir(directory)).filter((name) => name.endsWith('.lock'));

/** Creates the stale socket of a killed process. */
function leaveStaleSocket(name: string): void {
  const script = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  const { signal } = spawnSync(process.execPath, ['-e', script, join(directory, name)]);
  expect(signal).toBe('SIGKILL');
}

describe('the lock of a data folder', () => {
  it('refuses a second server until the first one closes', async () => {
    const first = await startUserPool({ dataDir: directory });
    const again = () => startUserPool({ dataDir: directory });
    expect((await refusal(again())).message).toBe(`${directory} is in use by process ${process.pid}.`);
    expect((await refusal(again())).message).toContain('is in use');
    await first.close();
    expect(await locks()).toEqual([]);
    await (await again()).close();
  });

  it('also covers a symbolic link to the folder', async () => {
    const otherName = `${directory}-too`;
    await symlink(directory, otherName);
    const unlock = await lockFolder(directory);
    expect((await refusal(lockFolder(otherName))).message).toContain('is in use');
    await unlock();
    await rm(otherName);
  });

  it('is released when its process is killed, even if another process has the same PID', async () => {
    leaveStaleSocket('000000000000.lock');
    leaveStaleSocket('ffffffffffff.lock');
    await writeFile(join(directory, 'lock'), String(process.ppid));
    const server = await startUserPool({ dataDir: directory });
    expect(await locks()).toHaveLength(1);
    await server.close();
  });

  it('is acquired by one of eight concurrent starts over stale sockets', async () => {
    for (const digit of '0123') leaveStaleSocket(digit.repeat(12) + '.lock');
    for (let round = 1; round <= 20; round++) {
      const starts = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(directory)));
      const winners = starts.filter((start) => start.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      expect(await locks()).toHaveLength(1);
      await winners[0]?.value();
    }
  });

  it('waits for a process with another socket that is still starting', async () => {
    const other = new LockSocket('ffffffffffff.lock');
    await other.open(directory);
    const start = refusal(lockFolder(directory));
    expect(await Promise.race([start, wait(200, 'waits')])).toBe('waits');
    other.holder.state = 'working';
    expect((await start).message).toContain('is in use');
    await other.close();
  });

  it('sends its state and PID to other processes', async () => {
    const unlock = await lockFolder(directory);
    const observer = new LockSocket();
    await observer.open(directory);
    expect(await observer.others()).toMatchObject([{ state: 'working', pid: process.pid }]);
    await observer.close();
    await unlock();
  });

  it('works for a path that is too long for a socket', async () => {
    const deep = join(directory, 'd'.repeat(120));
    await mkdir(deep);
    const unlock = await lockFolder(deep);
    expect((await refusal(lockFolder(deep))).message).toContain('is in use');
    await unlock();
    await (
      await lockFolder(deep)
    )();
  });

  it('is released when the start of the server fails', async () => {
    const Id = 'eu-west-1_local0001';
    const broken = { Id, UsernameAttributes: ['email' as const], Users: [{ Username: 'ann' }] };
    await refusal(startUserPool({ dataDir: directory, pools: [broken] }));
    expect(await locks()).toEqual([]);
  });
});
