import { timingSafeEqual } from 'node:crypto';
import type { StoredHash } from './scheme.js';

/** Compares two encoded digests in constant time. */
export function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

export interface Comparison {
  /** The digest in the stored string. */
  digest: string;
  /** Computes the encoded digest of a password. Comparing encoded forms accepts only the canonical encoding. */
  digestOf: (password: string) => string;
  cost?: string;
  /** Whether the parameters are below today's recommendations. */
  outdated?: boolean;
  forImport?: StoredHash['forImport'];
}

export function comparing({
  digest,
  digestOf,
  cost = '',
  outdated = true,
  forImport,
}: Comparison): StoredHash {
  return {
    cost,
    forImport,
    verify(password) {
      if (!sameText(digestOf(password), digest)) return 'mismatch';
      return outdated ? 'match-needs-rehash' : 'match';
    },
  };
}
