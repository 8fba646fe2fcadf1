import { type ChildProcess, spawn } from 'node:child_process';
import { createPrivateKey, randomInt, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../support/builders/certificates.js';
import type { IssuedCertificate } from '../../src/acme/hosts/certificate-host.js';
import { FileHost } from '../../src/acme/hosts/file-host.js';

const script = join(import.meta.dirname, '../support/drivers/deploy-until-killed.js');
const names = ['api.example.com'];

describe('a process that is killed during a deployment', () => {
  let directory: string;
  let work: string;
  let certificates: [IssuedCertificate, IssuedCertificate];

  beforeEach(async () => {
    work = await mkdtemp(join(tmpdir(), 'usher-killed-'));
    directory = join(work, 'certificates');
    const authority = await createAuthority();
    certificates = [await authority.issue(names), await authority.issue(names)];
  });
  afterEach(() => rm(work, { recursive: true }));

  async function start(deploys: IssuedCertificate[], step: number | 'never'): Promise<ChildProcess> {
    const file = join(work, 'certificates.json');
    await writeFile(file, JSON.stringify(deploys));
    return spawn(process.execPath, [script, directory, file, String(step)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  /** Returns the serial number of a servable certificate; `undefined` if there is none. */
  async function found(): Promise<string | undefined> {
    const read = (name: string) => readFile(join(directory, 'api.example.com', name)).catch(() => undefined);
    const [chain, key] = [await read('fullchain.pem'), await read('privkey.pem')];
    if (chain === undefined && key === undefined) return undefined;
    const leaf = new X509Certificate(chain!);
    expect(leaf.checkPrivateKey(createPrivateKey(key!))).toBe(true);
    return leaf.serialNumber;
  }

  /** Kills at each file system call in turn. Returns the serial number found after each. */
  async function killAtEachStep(prepare: () => Promise<void>): Promise<(string | undefined)[]> {
    const serials: (string | undefined)[] = [];
    for (let step = 1; ; step += 1) {
      await rm(directory, { recursive: true, force: true });
      await prepare();
      const child = await start([certificates[1]], step);
      const [status] = (await once(child, 'exit')) as [number | null];
      serials.push(await found());
      if (status === 0) return serials;
      expect(status).toBeNull();
      await completes();
    }
  }

  /** The next attempt completes the work, and one after an hour removes the leftovers. */
  async function completes(): Promise<void> {
    const host = new FileHost({ directory });
    await host.deploy(certificates[1]);
    expect(await found()).toBe(certificates[1].serial);
    const own = join(directory, 'api.example.com');
    for (const name of await readdir(own)) await utimes(join(own, name), 0, 0);
    await host.deploy(certificates[0]);
    expect(await readdir(own)).toHaveLength(5);
  }

  it('leaves nothing or a complete first certificate', async () => {
    const serials = await killAtEachStep(() => mkdir(directory));
    expect(serials.length).toBeGreaterThan(20);
    expect(new Set(serials)).toEqual(new Set([undefined, certificates[1].serial]));
    // A process starts for each step.
  }, 90_000);

  it('leaves the complete old or new certificate', async () => {
    const serials = await killAtEachStep(async () => {
      await mkdir(directory);
      await new FileHost({ directory }).deploy(certificates[0]);
    });
    expect(serials.length).toBeGreaterThan(20);
    expect(new Set(serials)).toEqual(new Set(certificates.map(({ serial }) => serial)));
    // A process starts for each step.
  }, 90_000);

  it('leaves a matching certificate and key at any time', async () => {
    await mkdir(directory);
    for (let time = 0; time < 15; time += 1) {
      const child = await start(certificates, 'never');
      await once(child.stdout!, 'data');
      // Random delays, so that the process is killed at different points.
      await pause(randomInt(0, 25));
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(certificates.map(({ serial }) => serial)).toContain(await found());
    }
  });
});
