import { hash } from 'node:crypto';
import { comparing } from '../compare.js';
import { decodeHex } from '../encodings.js';
import type { Refusal, Scheme, StoredHash } from '../scheme.js';

type Algorithm = 'md5' | 'sha1' | 'sha256' | 'sha512';

const digestBytes = { md5: 16, sha1: 20, sha256: 32, sha512: 64 };

/** A plain hexadecimal digest, which identifies neither the algorithm nor the use of a salt. */
export const hexDigestScheme = (algorithm: Algorithm): Scheme => ({
  parse: (stored) => (/^[0-9A-Fa-f]+$/.test(stored) ? comparingHex(algorithm, stored, '') : undefined),
});

/** Django's SHA1PasswordHasher and MD5PasswordHasher, with their unsalted forms: algorithm, salt, digest. */
export const djangoDigestScheme = (algorithm: 'md5' | 'sha1', marker = `${algorithm}$`): Scheme => ({
  parse(stored) {
    if (!stored.startsWith(marker)) return undefined;
    const [, salt = '', digest = '', ...rest] = stored.split('$');
    return rest.length === 0 ? comparingHex(algorithm, digest, salt) : 'impossible';
  },
});

function comparingHex(algorithm: Algorithm, stored: string, salt: string): StoredHash | Refusal {
  if (!decodeHex(stored, digestBytes[algorithm])) return 'impossible';
  return comparing({
    digest: stored.toLowerCase(),
    digestOf: (password) => hash(algorithm, salt + password),
  });
}
