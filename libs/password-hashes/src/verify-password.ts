import { readStored, type SchemeName } from './detect-scheme.js';
import type { FirebaseParameters, Outcome, SchemeOptions } from './scheme.js';

export interface VerifyOptions {
  /** Required only for strings that do not identify their scheme: plain hexadecimal digests and Firebase's scrypt. */
  scheme?: SchemeName | undefined;
  /** Newest first; a match with an older one is `match-needs-rehash`. For bcrypt only. */
  peppers?: readonly string[];
  /** For `firebase_scrypt`. */
  firebase?: FirebaseParameters;
}

/**
 * Checks a password against a stored string. Never throws: a string of no scheme is `unknown-scheme`.
 * Passwords are compared by code points and not trimmed or normalised, except for WordPress, which trims.
 */
export async function verifyPassword(
  password: string,
  stored: string,
  options: VerifyOptions = {},
): Promise<Outcome> {
  const read = readStored(stored, schemeOptionsOf(options), options.scheme);
  if (!read) return 'unknown-scheme';
  // A lone surrogate has no UTF-8 form: encoding would replace all of them by the same character.
  return password.isWellFormed() ? read.hash.verify(password) : 'mismatch';
}

export const schemeOptionsOf = ({ peppers = [], firebase }: VerifyOptions): SchemeOptions => ({
  peppers: peppers.length > 0 ? peppers : [''],
  firebase,
});
