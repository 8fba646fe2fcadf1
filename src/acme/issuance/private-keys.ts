import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { Config } from '../../platform/config/config.js';

type KeyType = NonNullable<Config['acme']>['keyType'];

const curves = { ec256: 'P-256', ec384: 'P-384' } as const;

/** A new private key, PEM in PKCS#8. */
export async function makeKey(type: KeyType): Promise<string> {
  const { privateKey } =
    type === 'rsa2048'
      ? await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
      : await promisify(generateKeyPair)('ec', { namedCurve: curves[type] });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
