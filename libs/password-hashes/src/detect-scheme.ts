import { hasKnownLabel } from './labels.js';
import { hasFrameworkMarker } from './layouts.js';
import { normalise, trimmed } from './normalise.js';
import type { Refusal, Scheme, SchemeOptions, StoredHash } from './scheme.js';
import { argon2dScheme, argon2idScheme, argon2iScheme, djangoArgon2Scheme } from './schemes/argon2.js';
import { aspnetIdentityV2Scheme, aspnetIdentityV3Scheme } from './schemes/aspnet-identity.js';
import { bcrypt2xScheme } from './schemes/bcrypt-2x.js';
import {
  djangoBcryptScheme,
  djangoBcryptSha256Scheme,
  passlibBcryptSha256Scheme,
  wordpressScheme,
} from './schemes/bcrypt-sha.js';
import { bcryptScheme } from './schemes/bcrypt.js';
import { firebaseScryptScheme } from './schemes/firebase-scrypt.js';
import { djangoDigestScheme, hexDigestScheme } from './schemes/hex-digest.js';
import * as ldap from './schemes/ldap.js';
import { luciaScheme } from './schemes/lucia.js';
import { apr1CryptScheme, md5CryptScheme } from './schemes/md5-crypt.js';
import { atlassianScheme, djangoPbkdf2Scheme, pbkdf2Scheme, werkzeugPbkdf2Scheme } from './schemes/pbkdf2.js';
import { drupal7Scheme, drupal7UpgradedScheme, phpassScheme, phpbbScheme } from './schemes/phpass.js';
import * as scrypt from './schemes/scrypt.js';
import { sha256CryptScheme, sha512CryptScheme } from './schemes/sha-crypt.js';
import { springDigestScheme, springStandardScheme } from './schemes/spring.js';
import { yescryptScheme } from './schemes/yescrypt.js';

/** Schemes that can be detected from the stored string. No two of them accept the same string. */
export const selfDescribing = {
  bcrypt_2: bcryptScheme('$2$'),
  bcrypt_2a: bcryptScheme('$2a$'),
  bcrypt_2b: bcryptScheme('$2b$'),
  bcrypt_2x: bcrypt2xScheme,
  bcrypt_2y: bcryptScheme('$2y$'),
  bcrypt_sha256: passlibBcryptSha256Scheme,
  django_bcrypt: djangoBcryptScheme,
  django_bcrypt_sha256: djangoBcryptSha256Scheme,
  wordpress_68: wordpressScheme,
  argon2d: argon2dScheme,
  argon2i: argon2iScheme,
  argon2id: argon2idScheme,
  django_argon2: djangoArgon2Scheme,
  scrypt_passlib: scrypt.phcScryptScheme,
  scrypt_7: scrypt.cryptScryptScheme,
  django_scrypt: scrypt.djangoScryptScheme,
  werkzeug_scrypt: scrypt.werkzeugScryptScheme,
  lucia_scrypt: luciaScheme,
  pbkdf2_sha1: pbkdf2Scheme('sha1'),
  pbkdf2_sha256: pbkdf2Scheme('sha256'),
  pbkdf2_sha512: pbkdf2Scheme('sha512'),
  django_pbkdf2_sha1: djangoPbkdf2Scheme('sha1'),
  django_pbkdf2_sha256: djangoPbkdf2Scheme('sha256'),
  django_pbkdf2_sha512: djangoPbkdf2Scheme('sha512'),
  werkzeug_pbkdf2: werkzeugPbkdf2Scheme,
  aspnet_identity_v2: aspnetIdentityV2Scheme,
  aspnet_identity_v3: aspnetIdentityV3Scheme,
  atlassian_pbkdf2: atlassianScheme,
  phpass_P: phpassScheme,
  phpass_H: phpbbScheme,
  drupal7: drupal7Scheme,
  drupal7_upgraded: drupal7UpgradedScheme,
  md5_crypt: md5CryptScheme,
  apr_md5_crypt: apr1CryptScheme,
  sha256_crypt: sha256CryptScheme,
  sha512_crypt: sha512CryptScheme,
  yescrypt: yescryptScheme,
  ldap_md5: ldap.ldapMd5Scheme,
  ldap_sha1: ldap.ldapSha1Scheme,
  ldap_sha256: ldap.ldapSha256Scheme,
  ldap_sha384: ldap.ldapSha384Scheme,
  ldap_sha512: ldap.ldapSha512Scheme,
  ldap_salted_md5: ldap.ldapSaltedMd5Scheme,
  ldap_salted_sha1: ldap.ldapSaltedSha1Scheme,
  ldap_salted_sha256: ldap.ldapSaltedSha256Scheme,
  ldap_salted_sha384: ldap.ldapSaltedSha384Scheme,
  ldap_salted_sha512: ldap.ldapSaltedSha512Scheme,
  spring_digest: springDigestScheme,
  spring_standard: springStandardScheme,
  django_md5: djangoDigestScheme('md5'),
  django_sha1: djangoDigestScheme('sha1'),
} satisfies Record<string, Scheme>;

/** Schemes whose stored strings have no marker: `LEGACY_HASH_SCHEME` names the scheme. */
const unmarked = {
  hex_md5: hexDigestScheme('md5'),
  hex_sha1: hexDigestScheme('sha1'),
  hex_sha256: hexDigestScheme('sha256'),
  hex_sha512: hexDigestScheme('sha512'),
  firebase_scrypt: firebaseScryptScheme,
} satisfies Record<string, Scheme>;

export type SchemeName = keyof typeof selfDescribing | UnmarkedSchemeName;
export type UnmarkedSchemeName = keyof typeof unmarked;

export const unmarkedSchemes = Object.keys(unmarked) as UnmarkedSchemeName[];

interface Detected {
  scheme: SchemeName;
  hash: StoredHash;
}

interface Refused {
  /** `undefined`: a label or layout that several schemes share. */
  scheme: SchemeName | undefined;
  refusal: Refusal;
}

/** Schemes that read strings lately, because a table has few; whichever is tried first, only one reads a string. */
let recent: SchemeName[] = [];
const mostRecent = 8;

/** Characters without padding. Every scheme writes fewer; readers of a source need not load more. */
export const longestStoredHash = 4096;

/**
 * Removes padding and label, then finds the scheme that parses the string.
 * @param unmarkedScheme used only if the string does not identify its scheme
 * @returns `undefined` if the string has the marker of no scheme
 */
export function parseStored(
  stored: string,
  options: SchemeOptions,
  unmarkedScheme?: string,
): Detected | Refused | undefined {
  const text = trimmed(stored);
  if (text.length > longestStoredHash) return undefined;
  const bare = normalise(text);
  if (bare === undefined)
    return hasKnownLabel(text) ? { scheme: undefined, refusal: 'impossible' } : undefined;
  for (const scheme of recent) {
    const hash = schemes[scheme].parse(bare, options);
    if (typeof hash === 'object') return { scheme, hash };
  }
  let refused: Refused | undefined;
  for (const scheme of candidates(unmarkedScheme)) {
    const hash = schemes[scheme].parse(bare, options);
    if (typeof hash === 'object') {
      if (scheme in selfDescribing) recent = [scheme, ...recent.slice(0, mostRecent - 1)];
      return { scheme, hash };
    }
    // Schemes share markers, so a later one may read the string.
    if (hash) refused ??= { scheme, refusal: hash };
  }
  if (refused === undefined && hasFrameworkMarker(bare)) return { scheme: undefined, refusal: 'impossible' };
  return refused;
}

const schemes: Record<SchemeName, Scheme> = { ...selfDescribing, ...unmarked };
const selfDescribingSchemes = Object.keys(selfDescribing) as (keyof typeof selfDescribing)[];

function candidates(unmarkedScheme: string | undefined): readonly SchemeName[] {
  const configured = unmarkedSchemes.find((name) => name === unmarkedScheme);
  return configured ? [...selfDescribingSchemes, configured] : selfDescribingSchemes;
}

/** Like `parseStored`, for callers to whom every string that cannot be checked is the same. */
export function readStored(
  stored: string,
  options: SchemeOptions,
  unmarkedScheme?: string,
): Detected | undefined {
  const parsed = parseStored(stored, options, unmarkedScheme);
  return parsed && 'hash' in parsed ? parsed : undefined;
}

/** Returns the scheme of a stored string; `undefined` if it is unknown or a check would cost too much. */
export function detectScheme(stored: string): SchemeName | undefined {
  return readStored(stored, { peppers: [''] })?.scheme;
}
