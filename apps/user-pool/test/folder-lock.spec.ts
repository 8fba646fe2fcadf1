import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startUserPool } from '../src/server.js';
import { lockFolder } from '../src/state/folder-lock.js';
import { PresenceSocket } from '../src/state/presence-socket.js';
import { refusal } from './support.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'user-pool-'));
});
afterEach(() => rm(directory, { recursive: true }));

const locks = async () => (await readdir(directory)).filter((name) => name.endsWith('.lock'));

/** What a process that was killed leaves behind: a socket nobody listens at. */
function leave(name: string): void {
  const script = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  const { signal } = spawnSync(process.execPath, ['-e', script, join(directory, name)]);
  expect(signal).toBe('SIGKILL');
}

describe('a folder with data', () => {
  it('is closed to whoever comes second, until the first one leaves', async () => {
    const first = await startUserPool({ dataDir: directory });
    const again = () => startUserPool({ dataDir: directory });
    expect((await refusal(again())).message).toBe(`${directory} is in use by process ${process.pid}.`);
    expect((await refusal(again())).message).toContain('is in use');
    await first.close();
    expect(await locks()).toEqual([]);
    await (await again()).close();
  });

  it('is one folder under all its names', async () => {
    const otherName = `${directory}-too`;
    await symlink(directory, otherName);
    const unlock = await lockFolder(directory);
    expect((await refusal(lockFolder(otherName))).message).toContain('is in use');
    await unlock();
    await rm(otherName);
  });

  it('is free again when its process was killed, whatever has its number now', async () => {
    leave('000000000000.lock');
    leave('ffffffffffff.lock');
    await writeFile(join(directory, 'lock'), String(process.ppid));
    const server = await startUserPool({ dataDir: directory });
    expect(await locks()).toHaveLength(1);
    await server.close();
  });

  it('goes to one of many that start at once over what was left behind', async () => {
    for (const digit of '0123') leave(digit.repeat(12) + '.lock');
    for (let round = 1; round <= 20; round++) {
      const starts = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(directory)));
      const winners = starts.filter((start) => start.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      expect(await locks()).toHaveLength(1);
      await winners[0]?.value();
    }
  });

  it('is not taken from somebody who is still starting', async () => {
    const other = new PresenceSocket('ffffffffffff.lock');
    await other.open(directory);
    const start = refusal(lockFolder(directory));
    expect(await Promise.race([start, wait(200, 'waits')])).toBe('waits');
    other.presence.state = 'working';
    expect((await start).message).toContain('is in use');
    await other.close();
  });

  it('tells whoever asks that it is worked in', async () => {
    const unlock = await lockFolder(directory);
    const onlooker = new PresenceSocket();
    await onlooker.open(directory);
    expect(await onlooker.others()).toMatchObject([{ state: 'working', pid: process.pid }]);
    await onlooker.close();
    await unlock();
  });

  it('may have a path that is too long for a socket', async () => {
    const deep = join(directory, 'd'.repeat(120));
    await mkdir(deep);
    const unlock = await lockFolder(deep);
    expect((await refusal(lockFolder(deep))).message).toContain('is in use');
    await unlock();
    await (
      await lockFolder(deep)
    )();
  });

  it('is let go of when the start fails for another reason', async () => {
    const Id = 'eu-west-1_local0001';
    const broken = { Id, UsernameAttributes: ['email' as const], Users: [{ Username: 'ann' }] };
    await refusal(startUserPool({ dataDir: directory, pools: [broken] }));
    expect(await locks()).toEqual([]);
  });
});
