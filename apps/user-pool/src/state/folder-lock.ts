import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { listens, nameOf, PresenceSocket } from './presence-socket.js';

/** Somebody else works in the folder. */
export class FolderInUse extends Error {
  constructor(directory: string, pid?: number) {
    super(`${directory} is in use by ${pid === undefined ? 'another process' : `process ${pid}`}.`);
  }
}

/** Two processes in one folder would overwrite each other's data. Answers how to let go of it. */
export async function lockFolder(directory: string): Promise<() => Promise<void>> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (process.platform === 'win32') return lockPipe(directory);
  const own = new PresenceSocket();
  await own.open(directory);
  try {
    await waitForTurn(directory, own);
  } catch (error) {
    await own.close();
    throw error;
  }
  return () => own.close();
}

/** Of several that start at once the one with the first name goes on, and the others give up. */
async function waitForTurn(directory: string, own: PresenceSocket): Promise<void> {
  for (let look = 1; look <= 500; look++) {
    const others = await own.others();
    const winner = others.find(
      ({ state, name }) => state === 'working' || (state === 'starting' && name < own.name),
    );
    if (winner) throw new FolderInUse(directory, winner.pid);
    if (others.length === 0) {
      own.presence.state = 'working';
      return;
    }
    await wait(10);
  }
  throw new FolderInUse(directory);
}

/** Windows gives a pipe to one process at a time, and takes it back when that ends. */
async function lockPipe(directory: string): Promise<() => Promise<void>> {
  const server = createServer((socket) => socket.destroy());
  await listens(server, `\\\\.\\pipe\\${nameOf(directory)}`).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? new FolderInUse(directory) : error;
  });
  server.unref();
  return () => new Promise((resolve) => void server.close(() => resolve()));
}
