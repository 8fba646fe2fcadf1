/**
 * What a check can say. "Wrong password", "not a format we know" and "right, but hash it again" must never be mixed up:
 * only the first two mean no, and only the second calls for an operator.
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

/** What a stored string does not tell. */
export interface SchemeOptions {
  /** Newest first, never empty; `''` stands for none. Appended to the password before bcrypt, as Devise does. */
  peppers: readonly string[];
  firebase?: FirebaseParameters | undefined;
}

/** A stored string that one of our schemes understands. */
export interface StoredHash {
  /** What its check costs, as the string says it: equal texts cost the same. `''` where a scheme has one cost only. */
  readonly cost: string;
  verify(password: string): Verdict | Promise<Verdict>;
}

/** One family of stored strings. */
export interface Scheme {
  /** `undefined`: not of this family, malformed, or more costly than we are ready to pay. Never throws. */
  read(stored: string, options: SchemeOptions): StoredHash | undefined;
}
