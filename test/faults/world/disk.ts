import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where a database lives that is to run out of space. */
export interface Disk {
  folder: string;
  /** False where a file system of its own could not be had: then it cannot be filled. */
  canBeFilled: boolean;
  fill(): Promise<void>;
  free(): Promise<void>;
  remove(): Promise<void>;
}

/** More than a cluster with a short history needs; it is in memory. */
const megabytes = 400;

/** A file system of its own, in memory. Only root may mount one. */
export async function smallDisk(): Promise<Disk> {
  const mountPoint = await mkdtemp(join(tmpdir(), 'usher-faults-'));
  const isMounted = await run('mount', [
    '-t',
    'tmpfs',
    '-o',
    `size=${megabytes}m,mode=755`,
    'usher-faults',
    mountPoint,
  ]).then(
    () => true,
    () => false,
  );
  const ballast = join(mountPoint, 'ballast');
  return {
    folder: join(mountPoint, 'postgres'),
    canBeFilled: isMounted,
    fill: () => fillWith(ballast),
    free: () => rm(ballast, { force: true }),
    remove: async () => {
      if (isMounted) await run('umount', [mountPoint]);
      await rm(mountPoint, { recursive: true, force: true });
    },
  };
}

/** Writes until not another byte fits. */
async function fillWith(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (let size = 1024 * 1024; size >= 1; size = Math.floor(size / 16)) {
      const piece = Buffer.alloc(size, 1);
      while (await fits(file.write(piece)));
    }
  } finally {
    await file.close();
  }
}

const fits = (written: Promise<{ bytesWritten: number }>): Promise<boolean> =>
  written.then(
    ({ bytesWritten }) => bytesWritten > 0,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOSPC') return false;
      throw error;
    },
  );
