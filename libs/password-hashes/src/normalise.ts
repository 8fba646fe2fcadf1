import { withoutLabel } from './labels.js';
import { inUsualLayout } from './layouts.js';

/**
 * Blanks, tabs, line ends and the NUL that pads BINARY columns. No scheme starts or ends with one of them. No Unicode white
 * space: no database pads with it, and the SQL of the counts, which trims the same characters, must work in one-byte encodings.
 */
const padding = new Set(' \t\n\v\f\r\0');

/** @returns the string without the padding that files and CHAR columns add */
export function trimmed(stored: string): string {
  let [start, end] = [0, stored.length];
  while (start < end && padding.has(stored.charAt(start))) start += 1;
  while (end > start && padding.has(stored.charAt(end - 1))) end -= 1;
  return stored.slice(start, end);
}

/** Does the string consist of padding only? */
export const isBlankHash = (stored: string): boolean => trimmed(stored) === '';

/**
 * @returns the stored string without padding and label, in the common layout of its hash; `undefined` if the label is unknown,
 * stands for plain text or does not allow its payload
 */
export function normalise(stored: string): string | undefined {
  const bare = trimmed(stored);
  return bare.startsWith('{') ? withoutLabel(bare) : inUsualLayout(bare);
}
