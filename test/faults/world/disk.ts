import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The disk of the database. */
export interface Disk {
  folder: string;
  /** False if no separate file system could be mounted. */
  canBeFilled: boolean;
  fill(): Promise<void>;
  free(): Promise<void>;
  remove(): Promise<void>;
}

/** Larger than the cluster of a short test; in memory. */
const megabytes = 400;

/** A separate file system in memory. Only root can mount one. */
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

/** Writes until no byte fits. */
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
