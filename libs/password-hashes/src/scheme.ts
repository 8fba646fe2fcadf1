/**
 * What a check can say. "Wrong password", "not a format we know" and "right, but hash it again" must never be mixed up:
 * only the first two mean no, and only the second calls for an operator.
 */
export type Outcome = 'match' | 'match-needs-rehash' | 'mismatch' | 'unknown-scheme';

/** One family of stored strings. */
export interface Scheme {
  /** Does this stored string belong to the family, with a cost we are ready to pay? */
  recognises(stored: string): boolean;
  /** `peppers`: newest first, never empty; `''` stands for none. */
  verify(password: string, stored: string, peppers: readonly string[]): Promise<Outcome>;
}
