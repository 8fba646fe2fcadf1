import { createHash, createHmac } from 'node:crypto';
import type { Refusal, Scheme, StoredHash } from '../scheme.js';
import {
  bcryptDigest,
  bcryptSalt,
  bcryptTail,
  importableBcrypt,
  isBcryptOf,
  isOutdatedBcryptCost,
  refuseBcryptCost,
} from './bcrypt.js';
import { orSlashed } from './slashed.js';

/** The input of bcrypt: a digest of the password, because bcrypt truncates long passwords. */
type Digest = (password: string, salt: string) => string;

const sha256Hex: Digest = (password) => createHash('sha256').update(password).digest('hex');
const sha256Base64: Digest = (password) => createHash('sha256').update(password).digest('base64');
const saltedSha256: Digest = (password, salt) => createHmac('sha256', salt).update(password).digest('base64');

/** WordPress trims the password first, like PHP's trim(). */
const wordpressSha384: Digest = (password) =>
  createHmac('sha384', 'wp-sha384').update(trimAsPhp(password)).digest('base64');

const trimAsPhp = (text: string): string => text.replace(/^[ \t\n\r\0\v]+|[ \t\n\r\0\v]+$/g, '');

/** @param marker followed by `versions`, one of which precedes the cost */
const bcryptOver = (marker: string, versions: RegExp, digest?: Digest): Scheme => ({
  parse(stored) {
    if (!stored.startsWith(marker)) return undefined;
    const hash = stored.slice(marker.length - 1);
    const [tail, cost = '', salt = ''] = bcryptTail.exec(hash.slice('$2y$'.length)) ?? [];
    if (tail === undefined || !versions.test(hash)) return 'impossible';
    return comparingBcrypt(hash, cost, digest && ((password) => digest(password, salt)));
  },
});

/** @param prepare returns the input of bcrypt; absent if it is the password */
function comparingBcrypt(
  hash: string,
  cost: string,
  prepare?: (password: string) => string,
): StoredHash | Refusal {
  const refusal = refuseBcryptCost(Number(cost));
  if (refusal) return refusal;
  return {
    cost,
    forImport: prepare ? undefined : () => importableBcrypt(hash, cost),
    async verify(password) {
      if (!(await isBcryptOf(prepare?.(password) ?? password, hash))) return 'mismatch';
      return isOutdatedBcryptCost(Number(cost)) ? 'match-needs-rehash' : 'match';
    },
  };
}

/** Django's BCryptPasswordHasher. */
export const djangoBcryptScheme = bcryptOver('bcrypt$$', /^\$2[aby]\$/);

/** Django's BCryptSHA256PasswordHasher. */
export const djangoBcryptSha256Scheme = bcryptOver('bcrypt_sha256$$', /^\$2[aby]\$/, sha256Hex);

/** WordPress 6.8 and later. */
export const wordpressScheme = orSlashed(bcryptOver('$wp$', /^\$2y\$/, wordpressSha384));

// version 1: $bcrypt-sha256$2a,12$salt$digest; version 2: $bcrypt-sha256$v=2,t=2b,r=12$salt$digest
const passlibForm = new RegExp(
  String.raw`^\$bcrypt-sha256\$(?:(2[aby]),|v=2,t=(2b),r=)([1-9]\d?)\$(${bcryptSalt})\$(${bcryptDigest})$`,
);

/** passlib's bcrypt_sha256; its second version (1.7.3) salts the SHA-256 too. */
export const passlibBcryptSha256Scheme: Scheme = {
  parse(stored) {
    if (!stored.startsWith('$bcrypt-sha256$')) return undefined;
    const [, first, second, rounds = '', salt = '', sum = ''] = passlibForm.exec(stored) ?? [];
    const digest = second === undefined ? sha256Base64 : saltedSha256;
    const hash = `$${first ?? second ?? ''}$${rounds.padStart(2, '0')}$${salt}${sum}`;
    return comparingBcrypt(hash, rounds, (password) => digest(password, salt));
  },
};
