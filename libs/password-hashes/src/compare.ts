import { timingSafeEqual } from 'node:crypto';
import type { StoredHash } from './scheme.js';

/** Both are texts of a digest; the time tells nothing about where they differ. */
export function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

export interface Comparison {
  /** The digest as it stands in the stored string. */
  digest: string;
  /** The same text for another password. Encoding what was computed, not decoding what was stored, leaves one form only. */
  digestOf: (password: string) => string;
  cost?: string;
  /** Would nobody make this hash any more? */
  outdated?: boolean;
}

export function comparing({ digest, digestOf, cost = '', outdated = true }: Comparison): StoredHash {
  return {
    cost,
    verify(password) {
      if (!sameText(digestOf(password), digest)) return 'mismatch';
      return outdated ? 'match-needs-rehash' : 'match';
    },
  };
}
