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

/** Why a string of a known family cannot be checked: no implementation writes it, or its cost exceeds our limit. */
export type Refusal = 'impossible' | 'too_costly';

/** A hash in the terms of Cognito's user import. Digests and salts are bytes, except bcrypt's, which Cognito takes as written. */
export type ImportableHash =
  | { algorithm: 'BCRYPT'; cost: number; hash: string }
  | { algorithm: 'SCRYPT'; N: number; r: number; p: number; salt: Uint8Array; digest: Uint8Array }
  | {
      algorithm: 'ARGON2ID';
      version: number;
      memoryKib: number;
      passes: number;
      lanes: number;
      salt: Uint8Array;
      digest: Uint8Array;
    }
  | { algorithm: 'PBKDF2_SHA256'; iterations: number; salt: Uint8Array; digest: Uint8Array };

/** A parsed stored string. */
export interface StoredHash {
  /** The cost parameters: equal texts have equal costs. `''` if the scheme has a fixed cost. */
  readonly cost: string;
  verify(password: string): Verdict | Promise<Verdict>;
  /** Absent if none of Cognito's import algorithms computes this hash. */
  readonly forImport?: (() => ImportableHash | 'peppered') | undefined;
}

/** A family of stored strings. */
export interface Scheme {
  /**
   * The only place that decides whether a string can be checked. Never throws.
   * @returns `undefined` if the string has not the marker of the family
   */
  parse(stored: string, options: SchemeOptions): StoredHash | Refusal | undefined;
}
