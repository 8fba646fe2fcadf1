import { parseStored, type SchemeName } from './detect-scheme.js';
import type { ImportableHash, Refusal, StoredHash } from './scheme.js';
import { schemeOptionsOf, type VerifyOptions } from './verify-password.js';

/** A value of `PasswordHashingAlgorithm` of CreateUserImportJob. */
export type CognitoAlgorithm = ImportableHash['algorithm'];

/** Whether Cognito's user import takes a hash, and in a job of which algorithm; else the reason. */
export type CognitoImport =
  | { converts: true; algorithm: CognitoAlgorithm }
  /**
   * `too_costly`: a parameter exceeds Cognito's bounds. `peppered`: the hash may be of the password and a pepper. `format`: none of
   * Cognito's algorithms and encodings describes the hash.
   */
  | { converts: false; reason: 'too_costly' | 'peppered' | 'format' };

/** What can be done with a stored string. `verifyPassword` answers `unknown-scheme` exactly if it is not verifiable. */
export type HashInspection =
  | { format: SchemeName; verifiable: true; cognitoImport: CognitoImport }
  /** `format` is `undefined` if the marker is shared by several schemes, or none was found (`unknown`). */
  | { format: SchemeName | undefined; verifiable: false; why: Refusal | 'unknown' };

/** Judges the whole string with the parser that `verifyPassword` uses. Computes no hash and never throws. */
export function inspectHash(stored: string, options: VerifyOptions = {}): HashInspection {
  const parsed = parseStored(stored, schemeOptionsOf(options), options.scheme);
  if (!parsed) return { format: undefined, verifiable: false, why: 'unknown' };
  if ('refusal' in parsed) return { format: parsed.scheme, verifiable: false, why: parsed.refusal };
  return { format: parsed.scheme, verifiable: true, cognitoImport: importability(parsed.hash) };
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

function importability({ forImport }: StoredHash): CognitoImport {
  const hash = forImport?.();
  if (hash === 'peppered') return { converts: false, reason: 'peppered' };
  if (hash === undefined || !fitsFormat(hash)) return { converts: false, reason: 'format' };
  if (!fitsCost(hash)) return { converts: false, reason: 'too_costly' };
  return { converts: true, algorithm: hash.algorithm };
}

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
    default:
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
