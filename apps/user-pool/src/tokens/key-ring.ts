import { createPrivateKey, createPublicKey, generateKeyPair, randomBytes, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A signing key pair and its published public key. */
export interface SigningKey {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  jwk: Record<string, unknown>;
}

/** ID and access tokens are signed with different keys; `sealing` encrypts data that only the pool reads. */
export interface PoolKeys {
  id: SigningKey;
  access: SigningKey;
  sealing: Buffer;
}

interface StoredKeys {
  id: { kid: string; pem: string };
  access: { kid: string; pem: string };
  sealing: string;
}

const generate = promisify(generateKeyPair);

/** The keys of all pools, generated on this machine and stored in files that only their owner can read. */
export class KeyRing {
  private readonly keys = new Map<string, PoolKeys>();

  /** @param signingKeys two private keys for all pools; generating them takes most of the time of a new pool */
  constructor(
    private readonly directory?: string,
    private readonly signingKeys?: readonly string[],
  ) {
    if (directory !== undefined) mkdirSync(directory, { recursive: true, mode: 0o700 });
  }

  async create(poolId: string): Promise<void> {
    const [forId, forAccess] = this.signingKeys ?? [];
    const [id, access] = await Promise.all([newPair(forId), newPair(forAccess)]);
    const stored = { id, access, sealing: randomBytes(32).toString('base64') };
    if (this.directory !== undefined) writePrivately(this.file(poolId), JSON.stringify(stored));
    this.keys.set(poolId, load(stored));
  }

  of(poolId: string): PoolKeys {
    const known = this.keys.get(poolId);
    if (known) return known;
    if (this.directory === undefined || !existsSync(this.file(poolId))) {
      throw new Error(`The signing keys of pool ${poolId} are missing.`);
    }
    const keys = load(JSON.parse(readFileSync(this.file(poolId), 'utf8')) as StoredKeys);
    this.keys.set(poolId, keys);
    return keys;
  }

  remove(poolId: string): void {
    this.keys.delete(poolId);
    if (this.directory !== undefined) rmSync(this.file(poolId), { force: true });
  }

  private file(poolId: string): string {
    return join(this.directory ?? '', `${poolId}.json`);
  }
}

const newPair = async (pem?: string): Promise<StoredKeys['id']> => ({
  kid: randomBytes(32).toString('base64'),
  pem: pem ?? (await generatePem()),
});

async function generatePem(): Promise<string> {
  const { privateKey } = await generate('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function load(stored: StoredKeys): PoolKeys {
  const key = ({ kid, pem }: StoredKeys['id']): SigningKey => {
    const privateKey = createPrivateKey(pem);
    const publicKey = createPublicKey(privateKey);
    const jwk = { ...publicKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid };
    return { kid, privateKey, publicKey, jwk };
  };
  return { id: key(stored.id), access: key(stored.access), sealing: Buffer.from(stored.sealing, 'base64') };
}

function writePrivately(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
