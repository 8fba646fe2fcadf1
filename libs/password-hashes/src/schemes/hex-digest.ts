import { hash } from 'node:crypto';
import { comparing } from '../compare.js';
import { decodeHex } from '../encodings.js';
import type { Scheme, StoredHash } from '../scheme.js';

type Algorithm = 'md5' | 'sha1' | 'sha256' | 'sha512';

const digestBytes = { md5: 16, sha1: 20, sha256: 32, sha512: 64 };

/** A plain hexadecimal digest, which identifies neither the algorithm nor the use of a salt. */
export const hexDigestScheme = (algorithm: Algorithm): Scheme => ({
  read: (stored) => comparingHex(algorithm, stored, ''),
});

/** Django's SHA1PasswordHasher and MD5PasswordHasher, with their unsalted forms: algorithm, salt, digest. */
export const djangoDigestScheme = (algorithm: 'md5' | 'sha1'): Scheme => ({
  read(stored) {
    const [name, salt = '', digest = '', ...rest] = stored.split('$');
    return name === algorithm && rest.length === 0 ? comparingHex(algorithm, digest, salt) : undefined;
  },
});

function comparingHex(algorithm: Algorithm, stored: string, salt: string): StoredHash | undefined {
  if (!decodeHex(stored, digestBytes[algorithm])) return undefined;
  return comparing({
    digest: stored.toLowerCase(),
    digestOf: (password) => hash(algorithm, salt + password),
  });
}
