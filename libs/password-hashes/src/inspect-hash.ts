import { type CognitoAlgorithm, importableHash, type NotImportable } from './cognito-hash.js';
import { parseStored, type SchemeName } from './detect-scheme.js';
import type { Refusal, StoredHash } from './scheme.js';
import { schemeOptionsOf, type VerifyOptions } from './verify-password.js';

/** Whether `toCognitoHash` converts a hash, and for a job of which algorithm; else its reason. */
export type CognitoImport =
  { converts: true; algorithm: CognitoAlgorithm } | { converts: false; reason: NotImportable };

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
  return { format: parsed.scheme, verifiable: true, cognitoImport: cognitoImportOf(parsed.hash) };
}

function cognitoImportOf(hash: StoredHash): CognitoImport {
  const importable = importableHash(hash);
  return typeof importable === 'string'
    ? { converts: false, reason: importable }
    : { converts: true, algorithm: importable.algorithm };
}
