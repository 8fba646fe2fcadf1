import { detectScheme, type UnmarkedSchemeName } from '#password-hashes';

const hexadecimal: Record<string, UnmarkedSchemeName> = {
  'hexadecimal, 32 digits': 'hex_md5',
  'hexadecimal, 40 digits': 'hex_sha1',
  'hexadecimal, 64 digits': 'hex_sha256',
  'hexadecimal, 128 digits': 'hex_sha512',
};

/** `$gy$` is yescrypt over GOST's hash, for which there is no kept implementation. */
const unsupported = new Set(['$gy$', 'other']);

/**
 * Can a password be checked against stored strings that begin so? Costs beyond bcrypt's are not in the beginning: a string that
 * costs too much shows when its owner signs in.
 * @param unmarkedScheme what plain digests are, as configured
 */
export function isSupported(format: string, unmarkedScheme: string | undefined): boolean {
  if (format in hexadecimal) return hexadecimal[format] === unmarkedScheme;
  if (format.startsWith('$2')) return detectScheme(format + '.'.repeat(53)) !== undefined;
  return !unsupported.has(format);
}
