/**
 * The result of a check. Callers must distinguish a wrong password, an unknown format and a match that needs a new hash:
 * the first two refuse the password, and only the second one requires an operator.
 */
export type Outcome = 'match' | 'match-needs-rehash' | 'mismatch' | 'unknown-scheme';

type Verdict = Exclude<Outcome, 'unknown-scheme'>;

/** Firebase's scrypt: the project's parameters, and the user's own salt. Salts and key are base64, plain or URL-safe. */
export interface FirebaseParameters {
  salt: string;
  saltSeparator: string;
  rounds: number;
  /** Binary logarithm of scrypt's N. */
  memCost: number;
  signerKey: string;
}

/** Parameters that stored strings do not contain. */
export interface SchemeOptions {
  /** Newest first, never empty; `''` means no pepper. Appended to the password before bcrypt, as in Devise. */
  peppers: readonly string[];
  firebase?: FirebaseParameters | undefined;
}

/** A parsed stored string. */
export interface StoredHash {
  /** The cost parameters: equal texts have equal costs. `''` if the scheme has a fixed cost. */
  readonly cost: string;
  verify(password: string): Verdict | Promise<Verdict>;
}

/** A family of stored strings. */
export interface Scheme {
  /** Returns `undefined` if the string is of another family, malformed or too costly. Never throws. */
  read(stored: string, options: SchemeOptions): StoredHash | undefined;
}
