import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { behavesAsCertificateHost, errorOf } from '../../../test/support/contracts/certificate-host.js';
import { createAuthority, type TestAuthority } from '../../../test/support/builders/certificates.js';
import { startTlsServer } from '../../../test/support/fakes/tls-server.js';
import { FileHost } from './file-host.js';

const names = ['api.example.com', 'www.example.com'];
const makeDirectory = () => mkdtemp(join(tmpdir(), 'usher-certificates-'));
const remove = (directory: string) => rm(directory, { recursive: true });

behavesAsCertificateHost(async () => {
  const directory = await makeDirectory();
  const own = join(directory, 'api.example.com');
  const server = await startTlsServer(own);
  const { address: checkAddress, reloadCommand } = server;
  return {
    host: new FileHost({ directory, reloadCommand, checkAddress }),
    names,
    secrets: [],
    state: async () => ({ files: await readdir(own), current: await lstat(join(own, 'current')) }),
    takeAway: () => server.stop(),
    close: async () => {
      await server.stop();
      await remove(directory);
    },
  };
});

describe('FileHost', () => {
  let authority: TestAuthority;
  let directory: string;
  let own: string;
  let host: FileHost;

  beforeAll(async () => {
    authority = await createAuthority();
  });
  beforeEach(async () => {
    directory = await makeDirectory();
    own = join(directory, 'api.example.com');
    host = new FileHost({ directory });
  });
  afterEach(() => remove(directory));

  const read = (name: string) => readFile(join(own, name), 'utf8');
  const versions = async () => (await readdir(own)).filter((name) => /^[0-9A-F]{20,}/.test(name));

  it('writes both files to a directory with the first name, the key readable by its owner only', async () => {
    const certificate = await authority.issue(names);
    await host.deploy(certificate);
    expect(await read('fullchain.pem')).toBe(certificate.chain);
    expect(await read('privkey.pem')).toBe(certificate.key);
    expect((await stat(join(own, 'privkey.pem'))).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(['api.example.com']);
    expect((await readdir(await realpath(join(own, 'current')))).sort()).toEqual([
      'fullchain.pem',
      'privkey.pem',
    ]);
  });

  it('checks the files when no check address is configured', async () => {
    const [first, second] = [await authority.issue(names), await authority.issue(names)];
    expect(await host.check(first)).toEqual({ served: undefined });
    await host.deploy(first);
    expect(await host.check(first)).toBe('served');
    expect(await host.check(second)).toEqual({ served: first.serial });
    await writeFile(join(own, 'current', 'fullchain.pem'), 'no PEM');
    expect(await host.check(first)).toEqual({ served: undefined });
  });

  it('restores files that were changed or deleted', async () => {
    const certificate = await authority.issue(names);
    await host.deploy(certificate);
    await writeFile(join(own, 'privkey.pem'), 'something else');
    await host.deploy(certificate);
    expect(await read('privkey.pem')).toBe(certificate.key);
    await remove(await realpath(join(own, 'current')));
    await host.deploy(certificate);
    expect(await read('fullchain.pem')).toBe(certificate.chain);
  });

  it('keeps the previous version and deletes older ones', async () => {
    const anHourAgo = new Date(Date.now() - 3_700_000);
    const links: string[] = [];
    for (let time = 0; time < 3; time += 1) {
      await host.deploy(await authority.issue(names));
      links.push(await readlink(join(own, 'current')));
      for (const version of await versions()) await utimes(join(own, version), anHourAgo, anHourAgo);
    }
    expect((await versions()).sort()).toEqual(links.slice(1).sort());
  });

  it('keeps a recent version that another attempt may be writing', async () => {
    await host.deploy(await authority.issue(names));
    const other = `${'AB'.repeat(16)}-abcdef`;
    await mkdir(join(own, other));
    await host.deploy(await authority.issue(names));
    expect(await versions()).toContain(other);
  });

  it.each(['fullchain.pem', 'privkey.pem', 'current'])(
    'does not overwrite %s when Usher did not create it',
    async (name) => {
      await mkdir(own);
      await writeFile(join(own, name), 'a foreign file');
      const error = await errorOf(host.deploy(await authority.issue(names)));
      expect(error.reason).toBe('misconfigured');
      expect(error.message).toContain(join(own, name));
      expect(await read(name)).toBe('a foreign file');
    },
  );

  it("does not overwrite certbot's directory", async () => {
    await mkdir(own);
    await symlink('../../archive/api.example.com/privkey1.pem', join(own, 'privkey.pem'));
    expect((await errorOf(host.deploy(await authority.issue(names)))).reason).toBe('misconfigured');
    expect(await readlink(join(own, 'privkey.pem'))).toBe('../../archive/api.example.com/privkey1.pem');
  });

  it('writes nothing when the serial number is not that of the certificate', async () => {
    const error = await errorOf(host.deploy({ ...(await authority.issue(names)), serial: '../AA' }));
    expect(error.reason).toBe('refused');
    expect(await readdir(directory)).toEqual([]);
  });

  it('refuses a certificate directory that does not exist or is a file', async () => {
    const certificate = await authority.issue(names);
    const missing = join(directory, 'missing');
    const error = await errorOf(new FileHost({ directory: missing }).deploy(certificate));
    expect(error.reason).toBe('misconfigured');
    expect(error.message).toBe(
      `The certificate files in ${missing}/api.example.com cannot be read or written (ENOENT).`,
    );
    await writeFile(missing, 'a file');
    const other = await errorOf(new FileHost({ directory: missing }).deploy(certificate));
    expect(other.message).toContain('ENOTDIR');
  });

  it('refuses a certificate directory that is not writable', async () => {
    // Root ignores file modes, so root gets a read-only file system.
    const readOnly = process.getuid?.() === 0 ? '/proc' : directory;
    await chmod(directory, 0o500);
    const error = await errorOf(new FileHost({ directory: readOnly }).deploy(await authority.issue(names)));
    await chmod(directory, 0o700);
    expect(error.reason).toBe('misconfigured');
  });

  it.each(['', '..', '../etc', '/etc', '*.example.com', 'a..b', 'a b'])(
    'does not leave the certificate directory for the name "%s"',
    async (name) => {
      const certificate = { ...(await authority.issue(names)), names: [name] };
      expect((await errorOf(host.deploy(certificate))).reason).toBe('misconfigured');
      expect((await errorOf(host.check(certificate))).reason).toBe('misconfigured');
      expect(await readdir(directory)).toEqual([]);
    },
  );

  it('always has a matching certificate and key for a reader that resolves the link once', async () => {
    const certificates = [await authority.issue(names), await authority.issue(names)] as const;
    await host.deploy(certificates[0]);
    let reading = true;
    const writer = (async () => {
      for (let time = 1; reading; time += 1) await host.deploy(certificates[time % 2]!);
    })();
    const seen = new Set<string>();
    for (let time = 0; time < 100 || seen.size < 2; time += 1) {
      const version = await realpath(join(own, 'current'));
      const at = (name: string) => readFile(join(version, name));
      const leaf = new X509Certificate(await at('fullchain.pem'));
      expect(leaf.checkPrivateKey(createPrivateKey(await at('privkey.pem')))).toBe(true);
      seen.add(leaf.serialNumber);
    }
    reading = false;
    await writer;
  });
});
