import { createPrivateKey, X509Certificate } from 'node:crypto';
import { join, resolve } from 'node:path';
import { type Pair, readPair, writePair } from './certificate-files.js';
import {
  CertificateHost,
  type CheckResult,
  type IssuedCertificate,
  type Served,
} from './certificate-host.js';
import { checkEachName } from './check-each-name.js';
import { codeOf } from '../../platform/errors/code-of.js';
import { HostError } from './host-error.js';
import { runReloadCommand } from './reload-command.js';
import type { TlsAddress } from './served-serial.js';

export interface FileOptions {
  /** ACME_CERTIFICATE_DIR: must exist; a certificate gets a directory of its first name in it. */
  directory: string;
  /** ACME_RELOAD_COMMAND */
  reloadCommand?: string;
  /** Milliseconds. */
  reloadTimeoutMs?: number;
  /** ACME_CHECK_ADDRESS: the server that reads the files. Without it `check` looks at the files themselves. */
  checkAddress?: TlsAddress;
}

/** A server on this machine that reads `fullchain.pem` and `privkey.pem`, and reads them again when told to. */
export class FileHost extends CertificateHost {
  constructor(private readonly options: FileOptions) {
    super();
  }

  async deploy(certificate: IssuedCertificate): Promise<void> {
    assertPair(certificate);
    const directory = this.directoryOf(certificate);
    await readably(directory, async () => {
      const present = await readPair(directory);
      if (!isSame(present, certificate)) await writePair(directory, certificate, certificate.serial);
    });
    // Also when the files were there: an attempt before may have been killed between them and this.
    const { reloadCommand, reloadTimeoutMs } = this.options;
    if (reloadCommand === undefined) return;
    const renewed = { RENEWED_LINEAGE: resolve(directory), RENEWED_DOMAINS: certificate.names.join(' ') };
    await runReloadCommand(reloadCommand, renewed, reloadTimeoutMs);
  }

  async check(certificate: Served): Promise<CheckResult> {
    const { checkAddress } = this.options;
    if (checkAddress !== undefined) return checkEachName(certificate, () => checkAddress);
    const directory = this.directoryOf(certificate);
    const present = await readably(directory, () => readPair(directory));
    const served = present && serialOf(present.chain);
    return served === certificate.serial ? 'served' : { served };
  }

  private directoryOf({ names: [first = ''] }: Served): string {
    if (!/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(first)) {
      throw new HostError('misconfigured', `"${first}" is no name for a directory of certificates.`);
    }
    return join(this.options.directory, first);
  }
}

const isSame = (present: Pair | undefined, { chain, key }: IssuedCertificate) =>
  present?.chain === chain && present.key === key;

/** A server that is given a key of another certificate does not come up again: better it keeps what it has. */
function assertPair({ chain, key, serial }: IssuedCertificate): void {
  if (serialOf(chain) !== serial || !belongTogether(chain, key)) {
    throw new HostError(
      'refused',
      'Chain, key and serial number are not of one certificate, so the files stay as they are.',
    );
  }
}

function belongTogether(chain: string, key: string): boolean {
  try {
    return new X509Certificate(chain).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

function serialOf(chain: string): string | undefined {
  try {
    return new X509Certificate(chain).serialNumber;
  } catch {
    return undefined;
  }
}

/** Full or broken disks may mend; all the rest is for a person to put right. */
const passing = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE', 'EBUSY']);

async function readably<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HostError) throw error;
    const code = codeOf(error) ?? 'unknown';
    const reason = passing.has(code) ? 'unavailable' : 'misconfigured';
    throw new HostError(reason, `The certificate files in ${directory} cannot be read or written (${code}).`);
  }
}
