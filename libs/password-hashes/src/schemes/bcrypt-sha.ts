import { createHash, createHmac } from 'node:crypto';
import type { Scheme } from '../scheme.js';
import { bcryptTail, isBcryptCost, isBcryptOf, isOutdatedBcryptCost } from './bcrypt.js';

/** The input of bcrypt: a digest of the password, because bcrypt truncates long passwords. */
type Digest = (password: string, salt: string) => string;

const sha256Hex: Digest = (password) => createHash('sha256').update(password).digest('hex');
const sha256Base64: Digest = (password) => createHash('sha256').update(password).digest('base64');
const saltedSha256: Digest = (password, salt) => createHmac('sha256', salt).update(password).digest('base64');

/** WordPress trims the password first, like PHP's trim(). */
const wordpressSha384: Digest = (password) =>
  createHmac('sha384', 'wp-sha384').update(trimAsPhp(password)).digest('base64');

const trimAsPhp = (text: string): string => text.replace(/^[ \t\n\r\0\v]+|[ \t\n\r\0\v]+$/g, '');

/** @param form the prefix of the stored string, with the bcrypt version as its only group */
const bcryptOver = (form: RegExp, digest: Digest): Scheme => ({
  read(stored) {
    const version = form.exec(stored)?.[1];
    const [tail, cost = '', salt = '', sum = ''] = bcryptTail.exec(stored) ?? [];
    if (version === undefined || tail === undefined || !isBcryptCost(Number(cost))) return undefined;
    return comparingBcrypt(`$${version}$${cost}$${salt}${sum}`, cost, (password) => digest(password, salt));
  },
});

const comparingBcrypt = (hash: string, cost: string, prepare: (password: string) => string) => ({
  cost,
  verify: async (password: string) => {
    if (!(await isBcryptOf(prepare(password), hash))) return 'mismatch' as const;
    return isOutdatedBcryptCost(Number(cost)) ? ('match-needs-rehash' as const) : ('match' as const);
  },
});

const rest = String.raw`\d\d\$[./A-Za-z0-9]{53}$`;

/** Django's BCryptPasswordHasher. */
export const djangoBcryptScheme = bcryptOver(new RegExp(String.raw`^bcrypt\$\$(2[aby])\$${rest}`), (p) => p);

/** Django's BCryptSHA256PasswordHasher. */
export const djangoBcryptSha256Scheme = bcryptOver(
  new RegExp(String.raw`^bcrypt_sha256\$\$(2[aby])\$${rest}`),
  sha256Hex,
);

/** WordPress 6.8 and later. */
export const wordpressScheme = bcryptOver(new RegExp(String.raw`^\$wp\$(2y)\$${rest}`), wordpressSha384);

// version 1: $bcrypt-sha256$2a,12$salt$digest; version 2: $bcrypt-sha256$v=2,t=2b,r=12$salt$digest
const passlibForm =
  /^\$bcrypt-sha256\$(?:(2[aby]),|v=2,t=(2b),r=)([1-9]\d?)\$([./A-Za-z0-9]{22})\$([./A-Za-z0-9]{31})$/;

/** passlib's bcrypt_sha256; its second version (1.7.3) salts the SHA-256 too. */
export const passlibBcryptSha256Scheme: Scheme = {
  read(stored) {
    const [, first, second, rounds = '', salt = '', sum = ''] = passlibForm.exec(stored) ?? [];
    if (!isBcryptCost(Number(rounds))) return undefined;
    const digest = second === undefined ? sha256Base64 : saltedSha256;
    const hash = `$${first ?? second ?? ''}$${rounds.padStart(2, '0')}$${salt}${sum}`;
    return comparingBcrypt(hash, rounds, (password) => digest(password, salt));
  },
};
