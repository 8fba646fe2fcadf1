import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CaProxy, startCaProxy } from '../fakes/ca-proxy.js';
import { type Outcome, runCommand } from './command.js';
import { type Pebble, startPebble } from './pebble.js';
import { startUsher, type Usher } from './usher.js';

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
  return {
    ...{ usher, pebble, ca, directory, variables },
    command: (argv, of, more) => runCommand(['certificates', ...argv], variables(of, more)),
    stored: () => usher.database.sql<StoredCertificate>('SELECT * FROM usher.certificates ORDER BY id'),
    orders: () =>
      pebble.lines().filter((line) => line.includes('There are now') && line.includes('orders')).length,
    close: async () => {
      await ca.close();
      await pebble.stop();
      await usher.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Whether the certificate can be served for all its names. */
export const isGoodFor = ({ names, chain, serial }: StoredCertificate): boolean => {
  const leaf = new X509Certificate(chain ?? '');
  return leaf.serialNumber === serial && names.every((name) => leaf.checkHost(name) !== undefined);
};
