import { rmSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { isPortFree, loopback } from './ports.js';
import { StartError } from './start-error.js';

const lockFile = 'running.json';
export const stackFile = 'stack.json';

interface Lock {
  pid: number;
  port: number;
}

/** `.local/`: the data that the stack keeps between starts. Only one stack at a time can use it. */
export class LocalFolder {
  private constructor(
    readonly path: string,
    private readonly held: Server,
  ) {}

  static async open(path: string, options: { fresh: boolean }): Promise<LocalFolder> {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const folder = new LocalFolder(path, await takeLock(join(path, lockFile)));
    try {
      // Left by a stack that was killed; its addresses are stale.
      await rm(join(path, stackFile), { force: true });
      if (options.fresh) await folder.empty();
    } catch (error) {
      folder.close();
      throw error;
    }
    return folder;
  }

  pathOf(...names: string[]): string {
    return join(this.path, ...names);
  }

  async readJson<T>(name: string): Promise<T | undefined> {
    const text = await readFile(this.pathOf(name), 'utf8').catch(() => undefined);
    try {
      return text === undefined ? undefined : (JSON.parse(text) as T);
    } catch {
      throw new StartError(`${this.pathOf(name)} is damaged. Start with --fresh, or repair the file.`);
    }
  }

  /** Writes atomically, readable by the owner only. */
  async writeJson(name: string, content: object): Promise<void> {
    const unfinished = this.pathOf(`${name}.unfinished`);
    await writeFile(unfinished, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
    await rename(unfinished, this.pathOf(name));
  }

  withdrawStackFile(): void {
    rmSync(this.pathOf(stackFile), { force: true });
  }

  /** Synchronous, so that it can run in an exit handler. */
  close(): void {
    this.withdrawStackFile();
    rmSync(this.pathOf(lockFile), { force: true });
    this.held.close();
  }

  private async empty(): Promise<void> {
    const names = (await readdir(this.path)).filter((name) => name !== lockFile);
    await Promise.all(names.map((name) => rm(this.pathOf(name), { recursive: true, force: true })));
  }
}

/**
 * A PID does not suffice: after a kill -9 another process may have it. Therefore the owner of the lock also
 * listens on a port.
 */
async function takeLock(file: string): Promise<Server> {
  const held = createServer((socket) => socket.destroy()).unref();
  await once(held.listen(0, loopback), 'listening');
  const lock: Lock = { pid: process.pid, port: (held.address() as AddressInfo).port };
  try {
    await writeLock(file, lock);
    return held;
  } catch (error) {
    held.close();
    throw error;
  }
}

async function writeLock(file: string, lock: Lock): Promise<void> {
  try {
    await writeFile(file, JSON.stringify(lock), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = await readLock(file);
    if (holder && isAlive(holder.pid) && !(await isPortFree(holder.port))) {
      throw new StartError(`The local stack is running already (process ${holder.pid}). End that one first.`);
    }
    await rm(file, { force: true });
    await writeLock(file, lock);
  }
}

async function readLock(file: string): Promise<Lock | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Lock;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
