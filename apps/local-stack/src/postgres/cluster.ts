import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chown, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ownDatabaseHint, StartError } from '../start-error.js';
import { makePrivateFolder, type Account } from './account.js';

const run = promisify(execFile);

export interface Cluster {
  /** The data directory, and the working directory of PostgreSQL's processes. */
  folder: string;
  password: string;
}

/**
 * PostgreSQL's path of its working directory. Another account may be
 * unable to access a checkout below a private home folder, but it can always use its working directory.
 */
export function whereItStands(folder: string, account: Account): string {
  return account ? '/proc/self/cwd' : folder;
}

/** Variables of this process (PGDATA, PGPORT, LANG, TZ, …) must not affect PostgreSQL. */
export const serverEnvironment = { LC_ALL: 'C', TZ: 'UTC' };

/** Returns the cluster of an earlier start, or creates one. */
export async function openCluster(dataDir: string, native: string, account: Account): Promise<Cluster> {
  const folder = join(dataDir, 'cluster');
  const passwordFile = join(dataDir, 'password');
  await makePrivateFolder(dataDir, account);
  if (!(await exists(folder))) {
    const unfinished = join(dataDir, 'cluster.unfinished');
    await rm(unfinished, { recursive: true, force: true });
    await makePrivateFolder(unfinished, account);
    await writeSecret(passwordFile, randomBytes(24).toString('base64url'), account);
    await initdb(native, unfinished, account);
    await rename(unfinished, folder);
  }
  return { folder, password: await readFile(passwordFile, 'utf8') };
}

async function initdb(native: string, folder: string, account: Account): Promise<void> {
  const where = whereItStands(folder, account);
  const options = ['--username=postgres', '--auth=scram-sha-256', '--locale=C', '--encoding=UTF8'];
  const program = join(native, 'bin', 'initdb');
  try {
    await run(program, [`--pgdata=${where}`, `--pwfile=${where}/../password`, ...options], {
      cwd: folder,
      env: serverEnvironment,
      ...account,
    });
  } catch (cause) {
    // For example, initdb requires that its account has a name, which some containers lack.
    const said = (cause as { stderr?: string }).stderr ?? String(cause);
    throw new StartError(`PostgreSQL could not make its data directory. ${ownDatabaseHint}\n${said}`, {
      cause,
    });
  }
}

async function writeSecret(path: string, value: string, account: Account): Promise<void> {
  await writeFile(path, value, { mode: 0o600 });
  if (account) await chown(path, account.uid, account.gid);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
