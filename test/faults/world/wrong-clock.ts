import { readdirSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A clock that can be put forward and back while a process looks at it (libfaketime, Debian's package `faketime`). */
export interface WrongClock {
  /** For the process. */
  environment: Record<string, string>;
  /** Lets it be off by so many seconds. */
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
    // In one step: the process reads it at any moment.
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
      // Timers count on the other clock, which never jumps.
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
