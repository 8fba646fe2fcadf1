import { isReadablePrefix } from '#password-hashes';

/** An example hash for each format name that is not itself a prefix of a hash. */
const examples = new Map([
  ...[32, 40, 64, 128].map((digits): [string, string] => [
    `hexadecimal, ${digits} digits`,
    '0'.repeat(digits),
  ]),
  ['base64', Buffer.alloc(49).toString('base64')],
  ['salt:hexadecimal', `${'0'.repeat(32)}:${'0'.repeat(128)}`],
  ['scrypt, cost in hexadecimal', '$e0801$'],
]);

/** Not bounded, because formats and schemes are few. */
const supportByFormat = new Map<string, boolean>();

/**
 * @param unmarkedScheme scheme of plain digests, as configured
 * @returns whether the library can check a password against stored strings of this format
 */
export function isSupported(format: string, unmarkedScheme: string | undefined): boolean {
  const key = JSON.stringify([format, unmarkedScheme]);
  const supported =
    supportByFormat.get(key) ?? isReadablePrefix(examples.get(format) ?? format, unmarkedScheme);
  supportByFormat.set(key, supported);
  return supported;
}
