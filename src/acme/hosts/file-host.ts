import { spawn } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
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
import { basename, dirname, join, resolve } from 'node:path';
import { childEnv } from '../../common/config/process-env.js';
import { systemErrorCode } from '../../common/errors/system-error-code.js';
import {
  CertificateHost,
  type CertificateIdentity,
  type CheckResult,
  HostError,
  type IssuedCertificate,
} from './certificate-host.js';
import { checkServedCertificate, type TlsAddress } from './tls-probe.js';

export interface FileOptions {
  /** ACME_CERTIFICATE_DIR: must exist; each certificate gets a subdirectory with its first name. */
  directory: string;
  /** ACME_RELOAD_COMMAND */
  reloadCommand?: string;
  reloadTimeoutMs?: number;
  /** ACME_CHECK_ADDRESS: the server that reads the files. Without it `check` reads the files themselves. */
  checkAddress?: TlsAddress;
}

/** A server on this machine that reads `fullchain.pem` and `privkey.pem`, and reloads them on command. */
export class FileHost extends CertificateHost {
  constructor(private readonly options: FileOptions) {
    super();
  }

  async deploy(certificate: IssuedCertificate): Promise<void> {
    assertMatching(certificate);
    const directory = this.directoryOf(certificate);
    await withHostErrors(directory, async () => {
      const present = await readFiles(directory);
      if (!isSame(present, certificate)) await writeFiles(directory, certificate, certificate.serial);
    });
    // Also when the files are unchanged: a previous attempt may have been killed before the reload.
    const { reloadCommand, reloadTimeoutMs } = this.options;
    if (reloadCommand === undefined) return;
    const renewed = { RENEWED_LINEAGE: resolve(directory), RENEWED_DOMAINS: certificate.names.join(' ') };
    await runReloadCommand(reloadCommand, renewed, reloadTimeoutMs);
  }

  async check(certificate: CertificateIdentity): Promise<CheckResult> {
    const { checkAddress } = this.options;
    if (checkAddress !== undefined) return checkServedCertificate(certificate, () => checkAddress);
    const directory = this.directoryOf(certificate);
    const present = await withHostErrors(directory, () => readFiles(directory));
    const served = present && parseSerial(present.chain);
    return served === certificate.serial ? 'served' : { served };
  }

  private directoryOf({ names: [first = ''] }: CertificateIdentity): string {
    if (!/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(first)) {
      throw new HostError('misconfigured', `"${first}" is not a valid name for a certificate directory.`);
    }
    return join(this.options.directory, first);
  }
}

interface CertificateFiles {
  chain: string;
  key: string;
}

const isSame = (present: CertificateFiles | undefined, { chain, key }: IssuedCertificate) =>
  present?.chain === chain && present.key === key;

/** A server does not restart with a key of another certificate, so the old files stay in that case. */
function assertMatching({ chain, key, serial }: IssuedCertificate): void {
  if (parseSerial(chain) !== serial || !keyMatches(chain, key)) {
    throw new HostError(
      'refused',
      'Chain, key and serial number do not belong to the same certificate; the files are unchanged.',
    );
  }
}

function keyMatches(chain: string, key: string): boolean {
  try {
    return new X509Certificate(chain).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

function parseSerial(chain: string): string | undefined {
  try {
    return new X509Certificate(chain).serialNumber;
  } catch {
    return undefined;
  }
}

const transientErrors = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE', 'EBUSY']);

async function withHostErrors<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HostError) throw error;
    const code = systemErrorCode(error) ?? 'unknown';
    const reason = transientErrors.has(code) ? 'unavailable' : 'misconfigured';
    throw new HostError(reason, `The certificate files in ${directory} cannot be read or written (${code}).`);
  }
}

const chainFile = 'fullchain.pem';
const keyFile = 'privkey.pem';

/** The symlink that is replaced. */
const current = 'current';
const versionPattern = /^[0-9A-F]+-[0-9A-Za-z]{6}$/;

/** No process still writes a version that is older than this. */
const leftoverMs = 3_600_000;

/*
 * <directory>/fullchain.pem -> current/fullchain.pem
 * <directory>/privkey.pem   -> current/privkey.pem
 * <directory>/current       -> 03A7…-x1Y2z3, a directory with both files that never changes once it is linked
 *
 * Two files cannot be replaced atomically, but one symlink to both can (rename(2)), so a reader always finds a chain
 * and its key, also after a kill at any time.
 */

/** Returns `undefined` before the first deployment. */
async function readFiles(directory: string): Promise<CertificateFiles | undefined> {
  // Resolved once, so that both files are of the same version.
  const linked = await readLink(join(directory, current));
  if (linked === undefined) return undefined;
  const read = (name: string) => readFile(join(directory, linked, name), 'utf8');
  try {
    return { chain: await read(chainFile), key: await read(keyFile) };
  } catch (error) {
    // The files were deleted.
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Replaces both files atomically. */
async function writeFiles(
  directory: string,
  { chain, key }: CertificateFiles,
  serial: string,
): Promise<void> {
  await mkdir(directory).then(() => sync(dirname(directory)), ignoreExisting);
  await removeLeftovers(directory);
  const next = await mkdtemp(join(directory, `${serial}-`));
  await writeDurably(join(next, chainFile), chain, 0o644);
  await writeDurably(join(next, keyFile), key, 0o600);
  for (const name of [chainFile, keyFile]) await link(join(directory, name), join(current, name));
  // Created in the version directory, so that a later attempt removes it after a kill.
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

/** fsync of a file does not persist its directory entry: fsync(2). */
async function sync(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function link(path: string, target: string): Promise<void> {
  await symlink(target, path).catch(ignoreExisting);
  if ((await readLink(path)) !== target) throw notOurs(path);
}

/** Returns `undefined` if the link does not exist. */
async function readLink(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    // readlink(2): the path exists and is not a symlink.
    throw systemErrorCode(error) === 'EINVAL' ? notOurs(path) : error;
  }
}

/** Old versions and leftovers of killed attempts contain private keys. The current version stays, because a server may be reading it. */
async function removeLeftovers(directory: string): Promise<void> {
  const inUse = await readLink(join(directory, current));
  for (const name of await readdir(directory)) {
    if (!versionPattern.test(name) || name === inUse) continue;
    const { mtimeMs } = await stat(join(directory, name));
    if (mtimeMs < Date.now() - leftoverMs) await rm(join(directory, name), { recursive: true, force: true });
  }
}

const notOurs = (path: string) =>
  new HostError(
    'misconfigured',
    `${path} was not created by Usher. Move it away, or choose another directory.`,
  );

function ignoreExisting(error: unknown): void {
  if (systemErrorCode(error) !== 'EEXIST') throw error;
}

/** certbot's variables for deploy hooks. */
interface ReloadVariables {
  /** Absolute path of the directory with the files. */
  RENEWED_LINEAGE: string;
  /** The names, separated by spaces. */
  RENEWED_DOMAINS: string;
}

/**
 * Runs in a shell, as certbot's deploy hooks do (https://eff-certbot.readthedocs.io/en/stable/using.html#renewal-hooks).
 * Output is discarded, because the command can read the private key, and a daemon that it starts may keep its output open.
 * The environment has no secrets of the service.
 */
function runReloadCommand(command: string, renewed: ReloadVariables, timeoutMs = 60_000): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...childEnv(), ...renewed };
    // A separate process group, so that a timeout also kills the children of the shell.
    const child = spawn(command, { shell: true, stdio: 'ignore', detached: true, env });
    const timer = setTimeout(() => {
      reject(new HostError('unavailable', `The reload command did not finish within ${timeoutMs} ms.`));
      killGroup(child.pid);
    }, timeoutMs);
    child.once('error', () => {
      clearTimeout(timer);
      reject(new HostError('misconfigured', 'The reload command could not be started.'));
    });
    child.once('exit', (status, signal) => {
      clearTimeout(timer);
      if (status === 0) resolve();
      else reject(reloadError(status, signal));
    });
  });
}

function reloadError(status: number | null, signal: string | null): HostError {
  if (status === null) return new HostError('refused', `The reload command was killed by ${signal}.`);
  // POSIX, "Exit Status for Commands": 126 is found but not executable, 127 is not found.
  const reason = status === 126 || status === 127 ? 'misconfigured' : 'refused';
  return new HostError(reason, `The reload command exited with status ${status}.`);
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has exited in the meantime.
  }
}
