/** White space, and the hyphens and dashes that apps and mails write between digits. */
const separators = /[\s\p{Z}\p{Cf}\p{Pd}]/gu;

/**
 * @returns a one-time code in Cognito's form: only its digits, for input such as `123 456`, `123-456` or ` 123456 `.
 * Input that is not made of digits and separators is returned unchanged. Never use it for passwords.
 */
export function normaliseCode(typed: string): string {
  const digits = typed.replace(separators, '');
  return /^\d+$/.test(digits) ? digits : typed;
}
