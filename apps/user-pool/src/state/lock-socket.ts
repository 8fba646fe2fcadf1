import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** What a process answers to other processes that want to lock the same folder. */
export interface LockHolder {
  /** `starting` may still lose to another process; after `unclear` the caller must retry. */
  state: 'starting' | 'working' | 'unclear';
  pid?: number;
}

/** Limit of macOS in bytes; longer paths would be truncated silently. */
const longestPath = 103;

/** A process that accepts connections but does not answer within this time counts as working. */
const answerTimeoutMs = 2000;

/** Equal for all paths of the same folder. */
export const nameOf = (directory: string): string =>
  `user-pool-${createHash('sha256').update(realpathSync(directory)).digest('hex').slice(0, 16)}`;

/**
 * A lock that shows that this process is running. The operating system closes the socket when the process ends, also after
 * SIGKILL, so a socket that refuses connections is stale. Names are random, so that the removal of a stale socket never
 * removes a new one.
 */
export class LockSocket {
  readonly holder: LockHolder = { state: 'starting', pid: process.pid };
  private folder = '';
  private readonly server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(JSON.stringify(this.holder), () => socket.destroy());
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
    // The lock alone must not keep the process running.
    this.server.unref();
    // Renamed after it listens; before that, other processes would treat it as stale.
    renameSync(join(this.folder, unnamed), join(this.folder, this.name));
  }

  /** Returns the other running processes and removes stale sockets. */
  async others(): Promise<(LockHolder & { name: string })[]> {
    const isSocket = (entry: string) => /^[0-9a-f]{12}\.lock$/.test(entry);
    const names = readdirSync(this.folder).filter((entry) => isSocket(entry) && entry !== this.name);
    const found = [];
    for (const name of names) {
      const holder = await readHolder(join(this.folder, name));
      if (holder) found.push({ ...holder, name });
      else rmSync(join(this.folder, name), { force: true });
    }
    return found;
  }

  async close(): Promise<void> {
    rmSync(join(this.folder, this.name), { force: true });
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Resolves to false if the file system does not support sockets, as some network mounts. */
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

/** Undefined for a stale socket. */
async function readHolder(path: string): Promise<LockHolder | undefined> {
  const socket = connect(path);
  let isSilent = false;
  socket.setTimeout(answerTimeoutMs, () => {
    isSilent = true;
    socket.destroy();
  });
  try {
    return JSON.parse(await text(socket)) as LockHolder;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'].includes(code)) return undefined;
    if (isSilent || ['EACCES', 'EPERM'].includes(code)) return { state: 'working' };
    // The process is ending, or its backlog is full.
    return { state: 'unclear' };
  } finally {
    socket.destroy();
  }
}
