/** An address as we compare it and as Cognito gets it: Devise's `strip_whitespace_keys` and `case_insensitive_keys`. */
export function normaliseEmail(typed: string): string {
  return typed.trim().toLowerCase();
}
