import { hash } from 'node:crypto';
import { comparing } from '../compare.js';
import type { Scheme, StoredHash } from '../scheme.js';

type Algorithm = 'md5' | 'sha1' | 'sha256' | 'sha512';

const digits = { md5: 32, sha1: 40, sha256: 64, sha512: 128 };

/** Upper case or lower case, not both: a changed letter is another string. */
const hexadecimal = /^(?:[0-9a-f]+|[0-9A-F]+)$/;

/** A digest as databases and scripts write it. Nothing in it tells which algorithm and whether a salt was used. */
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
  if (stored.length !== digits[algorithm] || !hexadecimal.test(stored)) return undefined;
  return comparing({
    digest: stored.toLowerCase(),
    digestOf: (password) => hash(algorithm, salt + password),
  });
}
