import { readStored, type SchemeName } from './detect-scheme.js';
import type { FirebaseParameters, Outcome } from './scheme.js';

export interface VerifyOptions {
  /** Needed only where the stored string does not tell: plain hexadecimal digests and Firebase's scrypt. */
  scheme?: SchemeName | undefined;
  /** Newest first; a match with an older one is `match-needs-rehash`. For bcrypt only. */
  peppers?: readonly string[];
  /** For `firebase_scrypt`. */
  firebase?: FirebaseParameters;
}

/**
 * Is this the password of this stored string? Never throws on garbage: what no scheme recognises is `unknown-scheme`.
 * Passwords are compared as exact code points; nothing is trimmed or normalised (but by WordPress, which trims).
 */
export async function verifyPassword(
  password: string,
  stored: string,
  { scheme, peppers = [], firebase }: VerifyOptions = {},
): Promise<Outcome> {
  const options = { peppers: peppers.length > 0 ? peppers : [''], firebase };
  const read = readStored(stored, options, scheme);
  if (!read) return 'unknown-scheme';
  // Half a surrogate pair is in no UTF-8: encoding would turn all of them into the one replacement character.
  return password.isWellFormed() ? read.hash.verify(password) : 'mismatch';
}
