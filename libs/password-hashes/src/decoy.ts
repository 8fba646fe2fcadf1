import { randomInt } from 'node:crypto';
import { normalise, trimmed } from './normalise.js';
import { readStored, type SchemeName } from './detect-scheme.js';

/** Digits are in every encoding's alphabet, so a string keeps its form when they replace what stands near its end. */
const replaced = { from: -20, to: -4 };

/**
 * A stored string that costs as much to check as this one, and that no password matches: 16 characters near the end,
 * which belong to the digest in every scheme, are random digits.
 * It has neither padding nor label, whose encoding could make other characters of the digits.
 */
export function decoyLike(stored: string): string {
  const length = replaced.to - replaced.from;
  const digits = Array.from({ length }, () => String(randomInt(10))).join('');
  const bare = normalise(stored) ?? trimmed(stored);
  return bare.slice(0, replaced.from) + digits + bare.slice(replaced.to);
}

/** Equal texts cost the same to check; `undefined` for a string that none of our schemes made. */
export function costOfCheck(stored: string, unmarkedScheme?: SchemeName): string | undefined {
  const read = readStored(stored, { peppers: [''] }, unmarkedScheme);
  return read && `${read.scheme} ${read.hash.cost}`;
}
