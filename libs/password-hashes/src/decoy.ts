import { randomInt } from 'node:crypto';
import { normalise, trimmed } from './normalise.js';
import { readStored, type SchemeName } from './detect-scheme.js';

/** Digits are part of every encoding, so the string stays valid when they replace characters near its end. */
const replaced = { from: -20, to: -4 };

/** Number of decimal digits in a decoy. */
export const decoyDigits = replaced.to - replaced.from;

/**
 * Returns a stored string with the same cost that no password matches: 16 characters near the end,
 * which belong to the digest in all schemes, are random digits.
 * Padding and label are removed, because the encoding of a label could change the digits.
 * @param digits `decoyDigits` of them, unknown to users; random ones by default
 */
export function decoyLike(stored: string, digits = randomDigits()): string {
  const bare = normalise(stored) ?? trimmed(stored);
  return bare.slice(0, replaced.from) + digits + bare.slice(replaced.to);
}

const randomDigits = (): string => Array.from({ length: decoyDigits }, () => String(randomInt(10))).join('');

/** Returns a key that is equal for strings of equal cost; `undefined` for a string of no scheme. */
export function costOfCheck(stored: string, unmarkedScheme?: SchemeName): string | undefined {
  const read = readStored(stored, { peppers: [''] }, unmarkedScheme);
  return read && `${read.scheme} ${read.hash.cost}`;
}
