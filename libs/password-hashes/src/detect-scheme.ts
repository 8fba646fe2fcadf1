import type { Scheme } from './scheme.js';
import { bcryptScheme } from './schemes/bcrypt.js';

export const schemes = { bcrypt: bcryptScheme } satisfies Record<string, Scheme>;

export type SchemeName = keyof typeof schemes;

const names = Object.keys(schemes) as SchemeName[];

/** The scheme a stored string belongs to, or `undefined` when none of ours made it. */
export function detectScheme(stored: string): SchemeName | undefined {
  return names.find((name) => schemes[name].recognises(stored));
}
