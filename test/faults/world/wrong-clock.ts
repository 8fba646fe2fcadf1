import { readdirSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An adjustable clock for a running process (libfaketime, Debian package `faketime`). */
export interface WrongClock {
  /** Environment variables of the process. */
  environment: Record<string, string>;
  set(seconds: number): Promise<void>;
  remove(): Promise<void>;
}

/** Undefined where libfaketime is not installed. */
export async function wrongClock(): Promise<WrongClock | undefined> {
  const library = findLibrary();
  if (library === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'usher-clock-'));
  const file = join(folder, 'offset');
  const set = async (seconds: number) => {
    // Renamed into place, because the process can read the file at any time.
    await writeFile(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    await rename(`${file}.new`, file);
  };
  await set(0);
  return {
    set,
    environment: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: '1',
      // Timers use the monotonic clock.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

function findLibrary(): string | undefined {
  const candidates = ['/usr/lib', ...foldersIn('/usr/lib')].map((folder) => join(folder, 'faketime'));
  const folder = candidates.find((candidate) =>
    foldersIn(candidate).includes(join(candidate, 'libfaketime.so.1')),
  );
  return folder && join(folder, 'libfaketime.so.1');
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}
