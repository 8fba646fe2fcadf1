import { detectScheme, schemes, type SchemeName } from './detect-scheme.js';
import type { Outcome } from './scheme.js';

export interface VerifyOptions {
  /** Needed only where the stored string does not tell. */
  scheme?: SchemeName;
  /** Newest first; a match with an older one is `match-needs-rehash`. */
  peppers?: readonly string[];
}

/**
 * Is this the password of this stored string? Never throws on garbage: what no scheme recognises is `unknown-scheme`.
 * Passwords are compared as exact code points; nothing is trimmed or normalised.
 */
export async function verifyPassword(
  password: string,
  stored: string,
  options: VerifyOptions = {},
): Promise<Outcome> {
  const name = options.scheme ?? detectScheme(stored);
  if (name === undefined || !schemes[name].recognises(stored)) return 'unknown-scheme';
  const peppers = options.peppers?.length ? options.peppers : [''];
  return schemes[name].verify(password, stored, peppers);
}
