import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { listens, nameOf, LockSocket } from './lock-socket.js';

/** Another process has locked the folder. */
export class FolderInUse extends Error {
  constructor(directory: string, pid?: number) {
    super(`${directory} is in use by ${pid === undefined ? 'another process' : `process ${pid}`}.`);
  }
}

/** Locks a data folder, because two processes would overwrite each other's data. @returns a function that unlocks it */
export async function lockFolder(directory: string): Promise<() => Promise<void>> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (process.platform === 'win32') return lockPipe(directory);
  const own = new LockSocket();
  await own.open(directory);
  try {
    await acquire(directory, own);
  } catch (error) {
    await own.close();
    throw error;
  }
  return () => own.close();
}

/** Of several processes that start at once, the one with the lowest socket name wins. */
async function acquire(directory: string, own: LockSocket): Promise<void> {
  for (let look = 1; look <= 500; look++) {
    const others = await own.others();
    const winner = others.find(
      ({ state, name }) => state === 'working' || (state === 'starting' && name < own.name),
    );
    if (winner) throw new FolderInUse(directory, winner.pid);
    if (others.length === 0) {
      own.holder.state = 'working';
      return;
    }
    await wait(10);
  }
  throw new FolderInUse(directory);
}

/** On Windows one process at a time can own a named pipe. */
async function lockPipe(directory: string): Promise<() => Promise<void>> {
  const server = createServer((socket) => socket.destroy());
  await listens(server, `\\\\.\\pipe\\${nameOf(directory)}`).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? new FolderInUse(directory) : error;
  });
  server.unref();
  return () => new Promise((resolve) => void server.close(() => resolve()));
}
