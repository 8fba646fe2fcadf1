import { withoutLabel } from './labels.js';
import { inUsualLayout } from './layouts.js';

/**
 * Blanks, tabs, line ends and the NUL that pads BINARY columns. No scheme begins or ends with one of them. Not Unicode's: no
 * database pads with those, and the counts trim the same in SQL, where a one-byte encoding has no such characters.
 */
const padding = new Set(' \t\n\v\f\r\0');

/** A stored string without what files and CHAR columns put around it. */
export function trimmed(stored: string): string {
  let [start, end] = [0, stored.length];
  while (start < end && padding.has(stored.charAt(start))) start += 1;
  while (end > start && padding.has(stored.charAt(end - 1))) end -= 1;
  return stored.slice(start, end);
}

/** Is there no hash at all? */
export const isBlankHash = (stored: string): boolean => trimmed(stored) === '';

/**
 * The stored string as a scheme reads it: without padding and label, and in the layout that most writers of its hash use.
 * `undefined`: with a label that is unknown, stands for plain text, or is around something else.
 */
export function normalise(stored: string): string | undefined {
  const bare = trimmed(stored);
  return bare.startsWith('{') ? withoutLabel(bare) : inUsualLayout(bare);
}
