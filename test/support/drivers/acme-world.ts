import { type ChildProcess, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { type CaProxy, startCaProxy } from '../fakes/ca-proxy.js';
import { type Outcome, runCommand } from './command.js';
import { type Pebble, startPebble } from './pebble.js';
import { until } from './until.js';
import { startUsher, type Usher } from './usher.js';

const main = join(import.meta.dirname, '../../../dist/src/cli/main.js');

export interface StoredCertificate {
  id: number;
  names: string[];
  chain: string | null;
  serial: string | null;
  sealed_key: string | null;
  sealed_order_key: string | null;
  order_url: string | null;
  deployed_serial: string | null;
  served_serial: string | null;
  renew_at: Date | null;
  step: string | null;
  failures: number;
  last_error: string | null;
  next_order_at: Date;
}

/** Usher, a CA that validates its challenges, a proxy between them, and a folder for certificates. */
export interface AcmeWorld {
  usher: Usher;
  pebble: Pebble;
  ca: CaProxy;
  /** ACME_CERTIFICATE_DIR */
  directory: string;
  /** @param certificates as ACME_CERTIFICATES */
  variables(certificates: string, more?: Record<string, string>): Record<string, string>;
  /** `usher certificates ...` */
  command(argv: string[], certificates: string, more?: Record<string, string>): Promise<Outcome>;
  /** `usher certificates issue` in a process of its own, which can be killed. */
  issuingProcess(
    name: string,
    more?: Record<string, string>,
  ): { child: ChildProcess; exited: Promise<[number | null, string | null]> };
  /** Waits until the database has released the lock of a killed process, and expects that the command succeeds. */
  resume(name: string): Promise<void>;
  /** Expects a complete order with a good certificate, which is deployed. */
  expectInPlace(name: string): Promise<void>;
  stored(): Promise<StoredCertificate[]>;
  /** Total number of orders at the CA. */
  orders(): number;
  close(): Promise<void>;
}

/** @param options.refusedNonces as for `startPebble` */
export async function startAcmeWorld(options: { refusedNonces?: number } = {}): Promise<AcmeWorld> {
  const usher = await startUsher();
  const pebble = await startPebble({ httpPort: Number(new URL(usher.url).port), ...options });
  const folder = await mkdtemp(join(tmpdir(), 'usher-acme-'));
  const directory = await mkdtemp(join(folder, 'certificates-'));
  const ca = await startCaProxy(pebble, folder);
  const variables = (certificates: string, more: Record<string, string> = {}) => ({
    DATABASE_URL: usher.database.url,
    SESSION_SECRETS: 'a-session-secret-of-the-tests',
    ACME_CERTIFICATES: certificates,
    ACME_DIRECTORY_URL: ca.directoryUrl,
    ACME_CA_BUNDLE: ca.caBundle,
    ACME_CONTACT: 'operator@example.com',
    ACME_TERMS_AGREED: 'yes',
    ACME_CERTIFICATE_DIR: directory,
    ...more,
  });
  const command = (argv: string[], of: string, more?: Record<string, string>) =>
    runCommand(['certificates', ...argv], variables(of, more));
  const stored = () => usher.database.sql<StoredCertificate>('SELECT * FROM usher.certificates ORDER BY id');
  return {
    ...{ usher, pebble, ca, directory, variables, command, stored },
    issuingProcess: (name, more) => {
      const child = spawn(process.execPath, [main, 'certificates', 'issue'], {
        env: { PATH: process.env.PATH, ...variables(name, more) },
        stdio: 'ignore',
      });
      return { child, exited: once(child, 'exit') as Promise<[number | null, string | null]> };
    },
    resume: async (name) => {
      let outcome = await command(['issue'], name);
      await until(async () => {
        if (outcome.status === 3) outcome = await command(['issue'], name);
        return outcome.status !== 3;
      });
      expect(outcome).toMatchObject({ status: 0, err: '' });
    },
    expectInPlace: async (name) => {
      const [row] = (await stored()).filter(({ names }) => names.includes(name));
      if (!row) throw new Error('not stored');
      expect(isGoodFor(row)).toBe(true);
      expect(row).toMatchObject({ order_url: null, sealed_order_key: null, step: null, failures: 0 });
      expect(row.deployed_serial).toBe(row.serial);
    },
    orders: () =>
      pebble.lines().filter((line) => line.includes('There are now') && line.includes('orders')).length,
    close: async () => {
      await ca.close();
      await pebble.stop();
      await usher.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Whether the certificate can be served for all its names. */
export const isGoodFor = ({ names, chain, serial }: StoredCertificate): boolean => {
  const leaf = new X509Certificate(chain ?? '');
  return leaf.serialNumber === serial && names.every((name) => leaf.checkHost(name) !== undefined);
};
