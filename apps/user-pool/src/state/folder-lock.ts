import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Somebody else works in the folder. The text says what to do. */
export class FolderInUse extends Error {}

/** Two processes in one folder would overwrite each other's data. Answers how to let go of it. */
export function lockFolder(directory: string): () => void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, 'lock');
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    takeOver(directory, file);
  }
  return () => rmSync(file, { force: true });
}

/** A killed process leaves its lock behind. */
function takeOver(directory: string, file: string): void {
  const owner = Number(readFileSync(file, 'utf8'));
  if (owner !== process.pid && isRunning(owner)) {
    throw new FolderInUse(
      `${directory} is in use by process ${owner}. If that is no user pool, delete ${file}.`,
    );
  }
  writeFileSync(file, String(process.pid), { mode: 0o600 });
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process cannot be signalled, but it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
