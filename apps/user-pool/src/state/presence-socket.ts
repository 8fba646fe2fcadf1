import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** What a process says of itself to others that want the same folder. */
export interface Presence {
  /** Who starts may still find somebody else there; who is not understood is to be asked again. */
  state: 'starting' | 'working' | 'unclear';
  pid?: number;
}

/** macOS takes no more, and a longer path would be cut off without a word. */
const longestPath = 103;

/** Whoever lives but does not speak, because it is halted, counts as working. */
const patience = 2000;

/** The same however the folder's path is written. */
export const nameOf = (directory: string): string =>
  `user-pool-${createHash('sha256').update(realpathSync(directory)).digest('hex').slice(0, 16)}`;

/**
 * Shows that this process is there. The operating system closes the socket when the process ends, however it ends:
 * whoever can be connected to lives, and a socket where nobody answers is litter. No name is used twice, so that
 * removing litter never removes what somebody else just made.
 */
export class PresenceSocket {
  readonly presence: Presence = { state: 'starting', pid: process.pid };
  private folder = '';
  private readonly server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(JSON.stringify(this.presence), () => socket.destroy());
  });

  constructor(readonly name = `${randomBytes(6).toString('hex')}.lock`) {}

  async open(directory: string): Promise<void> {
    const unnamed = this.name.replace('.lock', '.new');
    this.folder = realpathSync(directory);
    const fits = Buffer.byteLength(join(this.folder, this.name)) <= longestPath;
    if (!fits || !(await listens(this.server, join(this.folder, unnamed)))) {
      this.folder = join(tmpdir(), nameOf(directory));
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      if (!(await listens(this.server, join(this.folder, unnamed))))
        throw new Error(`${this.folder} cannot hold a socket.`);
    }
    // The lock alone keeps no process running.
    this.server.unref();
    // Named only now that it answers: before, others would have taken it for litter.
    renameSync(join(this.folder, unnamed), join(this.folder, this.name));
  }

  /** Whoever else lives in the folder. Litter is removed on the way. */
  async others(): Promise<(Presence & { name: string })[]> {
    const isSocket = (entry: string) => /^[0-9a-f]{12}\.lock$/.test(entry);
    const names = readdirSync(this.folder).filter((entry) => isSocket(entry) && entry !== this.name);
    const found = [];
    for (const name of names) {
      const presence = await ask(join(this.folder, name));
      if (presence) found.push({ ...presence, name });
      else rmSync(join(this.folder, name), { force: true });
    }
    return found;
  }

  async close(): Promise<void> {
    rmSync(join(this.folder, this.name), { force: true });
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** False where the file system knows no sockets, as some that are mounted from another system. */
export function listens(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => {
      const isUnknown = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'EPERM'].includes(error.code ?? '');
      if (isUnknown) resolve(false);
      else reject(error);
    };
    server.once('error', fail);
    server.listen(path, () => {
      server.off('error', fail);
      resolve(true);
    });
  });
}

/** Undefined where nobody lives. */
async function ask(path: string): Promise<Presence | undefined> {
  const socket = connect(path);
  let isSilent = false;
  socket.setTimeout(patience, () => {
    isSilent = true;
    socket.destroy();
  });
  try {
    return JSON.parse(await text(socket)) as Presence;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'].includes(code)) return undefined;
    if (isSilent || ['EACCES', 'EPERM'].includes(code)) return { state: 'working' };
    // It was about to end, or is asked by too many at once.
    return { state: 'unclear' };
  } finally {
    socket.destroy();
  }
}
