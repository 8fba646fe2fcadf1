import { parseStored } from './detect-scheme.js';
import { lowerCaseHex, phcBase64 } from './encodings.js';
import type { ImportableHash, Refusal, StoredHash } from './scheme.js';
import { schemeOptionsOf, type VerifyOptions } from './verify-password.js';

/** A value of `PasswordHashingAlgorithm` of CreateUserImportJob. */
export type CognitoAlgorithm = ImportableHash['algorithm'];

/** A hash for the column `password_hash` of a user import job. Printable ASCII; an `ARGON2ID` hash has commas. */
export interface CognitoHash {
  algorithm: CognitoAlgorithm;
  hash: string;
  /**
   * `bcrypt_2x`: right passwords with non-ASCII characters match only if Cognito computes `$2x$` with the sign extension bug
   * (CVE-2011-2483). AWS lists the prefix and does not say.
   */
  risk?: 'bcrypt_2x';
}

/**
 * `too_costly`: a parameter exceeds Cognito's bounds. `peppered`: the hash may be of the password and a pepper. `format`: none of
 * Cognito's algorithms and encodings describes the hash.
 */
export type NotImportable = 'too_costly' | 'peppered' | 'format';

/** @param reason `impossible`, `too_costly` and `unknown` also for strings that `verifyPassword` cannot check */
export interface NotConverted {
  reason: NotImportable | Refusal | 'unknown';
}

/**
 * Converts a stored string to the encoding of Cognito's user import ("Importing users with password hashes" of the developer guide),
 * which the same passwords match. Computes no hash and never throws.
 */
export function toCognitoHash(stored: string, options: VerifyOptions = {}): CognitoHash | NotConverted {
  const parsed = parseStored(stored, schemeOptionsOf(options), options.scheme);
  if (!parsed) return { reason: 'unknown' };
  if ('refusal' in parsed) return { reason: parsed.refusal };
  const importable = importableHash(parsed.hash);
  if (typeof importable === 'string') return { reason: importable };
  const { algorithm } = importable;
  return { algorithm, hash: encode(importable), ...(isBcrypt2x(importable) && { risk: 'bcrypt_2x' }) };
}

/** The only place that decides whether Cognito imports a hash. */
export function importableHash({ forImport }: StoredHash): ImportableHash | NotImportable {
  const hash = forImport?.();
  if (hash === 'peppered') return hash;
  if (hash === undefined || !fitsFormat(hash)) return 'format';
  return fitsCost(hash) ? hash : 'too_costly';
}

/** Bounds of "Importing users with password hashes" (Cognito developer guide, import-password-hash). */
const bounds = {
  bcryptCost: 12,
  scrypt: { N: 65_536, r: 8, p: 1 },
  argon2id: { memoryKib: 19_456, passes: 2, lanes: 1 },
  pbkdf2: { fewestIterations: 1_000, mostIterations: 600_000 },
};

/** The output of SHA-256. The guide names no other length for PBKDF2. */
const sha256Bytes = 32;

/** Version 1.3 of RFC 9106. The guide does not say that Cognito computes version 1.0 (16), which no framework writes for Argon2id. */
const argon2Version = 19;

function fitsFormat(hash: ImportableHash): boolean {
  switch (hash.algorithm) {
    case 'BCRYPT':
      return true;
    case 'PBKDF2_SHA256':
      return (
        hash.salt.length > 0 &&
        hash.digest.length === sha256Bytes &&
        hash.iterations >= bounds.pbkdf2.fewestIterations
      );
    case 'ARGON2ID':
      return hash.version === argon2Version;
    case 'SCRYPT':
      return hash.salt.length > 0;
  }
}

function fitsCost(hash: ImportableHash): boolean {
  const { scrypt, argon2id, pbkdf2 } = bounds;
  switch (hash.algorithm) {
    case 'BCRYPT':
      return hash.cost <= bounds.bcryptCost;
    case 'SCRYPT':
      return hash.N <= scrypt.N && hash.r <= scrypt.r && hash.p <= scrypt.p;
    case 'ARGON2ID':
      return (
        hash.memoryKib <= argon2id.memoryKib && hash.passes <= argon2id.passes && hash.lanes <= argon2id.lanes
      );
    case 'PBKDF2_SHA256':
      return hash.iterations <= pbkdf2.mostIterations;
  }
}

/** The guide says "base64 without padding" for PBKDF2. We write the standard alphabet, not passlib's, which has "." for "+". */
function encode(hash: ImportableHash): string {
  switch (hash.algorithm) {
    case 'BCRYPT':
      return hash.hash;
    case 'SCRYPT':
      return [hash.N, hash.r, hash.p, lowerCaseHex.encode(hash.salt), lowerCaseHex.encode(hash.digest)].join(
        '$',
      );
    case 'ARGON2ID': {
      const cost = `m=${hash.memoryKib},t=${hash.passes},p=${hash.lanes}`;
      return `$argon2id$v=${hash.version}$${cost}$${phcBase64.encode(hash.salt)}$${phcBase64.encode(hash.digest)}`;
    }
    case 'PBKDF2_SHA256':
      return `$pbkdf2-sha256$${hash.iterations}$${phcBase64.encode(hash.salt)}$${phcBase64.encode(hash.digest)}`;
  }
}

const isBcrypt2x = (hash: ImportableHash): boolean =>
  hash.algorithm === 'BCRYPT' && hash.hash.startsWith('$2x$');
