import { isReadablePrefix } from '#password-hashes';

/** A string of each format whose name is no beginning. */
const examples = new Map([
  ...[32, 40, 64, 128].map((digits): [string, string] => [
    `hexadecimal, ${digits} digits`,
    '0'.repeat(digits),
  ]),
  ['base64', Buffer.alloc(49).toString('base64')],
  ['salt:hexadecimal', `${'0'.repeat(32)}:${'0'.repeat(128)}`],
  ['scrypt, cost in hexadecimal', '$e0801$'],
]);

/** Answers by format and scheme: both are few. */
const answers = new Map<string, boolean>();

/**
 * Can a password be checked against stored strings of this format? The library decides, as it does when a password is checked.
 * @param unmarkedScheme what plain digests are, as configured
 */
export function isSupported(format: string, unmarkedScheme: string | undefined): boolean {
  const question = JSON.stringify([format, unmarkedScheme]);
  const answer = answers.get(question) ?? isReadablePrefix(examples.get(format) ?? format, unmarkedScheme);
  answers.set(question, answer);
  return answer;
}
