import { hash } from 'node:crypto';
import { comparing } from '../compare.js';
import { base64 } from '../encodings.js';
import type { Scheme } from '../scheme.js';

interface Variant {
  prefix: string;
  algorithm: 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512';
  length: number;
  salted: boolean;
}

/** Longer than any directory's salt. */
const longestSalt = 64;

/** userPassword of a directory (RFC 2307 and OpenLDAP's pw-sha2): digest of password and salt, then the salt. */
const ldap = ({ prefix, algorithm, length, salted }: Variant): Scheme => ({
  parse(stored) {
    if (!stored.startsWith(prefix)) return undefined;
    const bytes = base64.decode(stored.slice(prefix.length));
    if (!bytes || bytes.length < length) return 'impossible';
    const salt = bytes.subarray(length);
    if (salted ? salt.length === 0 || salt.length > longestSalt : salt.length > 0) return 'impossible';
    return comparing({
      digest: base64.encode(bytes.subarray(0, length)),
      digestOf: (password) =>
        base64.encode(hash(algorithm, Buffer.concat([Buffer.from(password), salt]), 'buffer')),
    });
  },
});

export const ldapMd5Scheme = ldap({ prefix: '{MD5}', algorithm: 'md5', length: 16, salted: false });
export const ldapSha1Scheme = ldap({ prefix: '{SHA}', algorithm: 'sha1', length: 20, salted: false });
export const ldapSha256Scheme = ldap({ prefix: '{SHA256}', algorithm: 'sha256', length: 32, salted: false });
export const ldapSha384Scheme = ldap({ prefix: '{SHA384}', algorithm: 'sha384', length: 48, salted: false });
export const ldapSha512Scheme = ldap({ prefix: '{SHA512}', algorithm: 'sha512', length: 64, salted: false });
export const ldapSaltedMd5Scheme = ldap({ prefix: '{SMD5}', algorithm: 'md5', length: 16, salted: true });
export const ldapSaltedSha1Scheme = ldap({ prefix: '{SSHA}', algorithm: 'sha1', length: 20, salted: true });
export const ldapSaltedSha256Scheme = ldap({
  prefix: '{SSHA256}',
  algorithm: 'sha256',
  length: 32,
  salted: true,
});
export const ldapSaltedSha384Scheme = ldap({
  prefix: '{SSHA384}',
  algorithm: 'sha384',
  length: 48,
  salted: true,
});
export const ldapSaltedSha512Scheme = ldap({
  prefix: '{SSHA512}',
  algorithm: 'sha512',
  length: 64,
  salted: true,
});
