import {
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '../../platform/errors/code-of.js';
import { HostError } from './host-error.js';

export interface Pair {
  chain: string;
  key: string;
}

export const chainFile = 'fullchain.pem';
export const keyFile = 'privkey.pem';

/** The link that is swapped. */
const current = 'current';
const version = /^[0-9A-F]+-[0-9A-Za-z]{6}$/;

/** Nobody is still writing what is older than this. */
const leftoverMs = 3_600_000;

/*
 * <directory>/fullchain.pem -> current/fullchain.pem
 * <directory>/privkey.pem   -> current/privkey.pem
 * <directory>/current       -> 03A7…-x1Y2z3, a directory with both files that never changes once it is linked
 *
 * Two files cannot be replaced at once, but one link to both can (rename(2) is atomic): whoever looks, and whenever we
 * are killed, finds a chain and its own key. certbot's live/ directory links file by file and has a moment of mixture.
 */

/** What is there now; `undefined` before the first time. */
export async function readPair(directory: string): Promise<Pair | undefined> {
  // Once, so that both files are of the same version.
  const linked = await readLink(join(directory, current));
  if (linked === undefined) return undefined;
  const read = (name: string) => readFile(join(directory, linked, name), 'utf8');
  try {
    return { chain: await read(chainFile), key: await read(keyFile) };
  } catch (error) {
    // Somebody has taken files away.
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Replaces both files at once. */
export async function writePair(directory: string, { chain, key }: Pair, serial: string): Promise<void> {
  await mkdir(directory).then(() => sync(dirname(directory)), unlessThere);
  await removeLeftovers(directory);
  const next = await mkdtemp(join(directory, `${serial}-`));
  await writeDurably(join(next, chainFile), chain, 0o644);
  await writeDurably(join(next, keyFile), key, 0o600);
  for (const name of [chainFile, keyFile]) await link(join(directory, name), join(current, name));
  // Made where a later attempt tidies up, and moved over the old one.
  const swap = join(next, current);
  await symlink(basename(next), swap);
  await sync(next);
  await rename(swap, join(directory, current));
  await sync(directory);
}

async function writeDurably(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Without it a power cut can take back a name that fsync of the file alone has not saved: fsync(2). */
async function sync(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function link(path: string, target: string): Promise<void> {
  await symlink(target, path).catch(unlessThere);
  if ((await readLink(path)) !== target) throw notOurs(path);
}

/** Where a link leads; `undefined` when there is none. */
async function readLink(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    // readlink(2): it is there, and no link.
    throw codeOf(error) === 'EINVAL' ? notOurs(path) : error;
  }
}

/**
 * What attempts that were killed have left, and old versions; keys among them. The version in use stays until it has
 * been replaced and the next one is written, because a server may be reading it at this moment.
 */
async function removeLeftovers(directory: string): Promise<void> {
  const used = await readLink(join(directory, current));
  for (const name of await readdir(directory)) {
    if (!version.test(name) || name === used) continue;
    const { mtimeMs } = await stat(join(directory, name));
    if (mtimeMs < Date.now() - leftoverMs) await rm(join(directory, name), { recursive: true, force: true });
  }
}

/** Overwriting it would put a file of ours beside one of somebody else's. */
const notOurs = (path: string) =>
  new HostError('misconfigured', `${path} was not made by Usher: move it away, or choose another directory.`);

function unlessThere(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error;
}
