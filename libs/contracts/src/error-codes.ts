/** Every `code` a problem+json answer of the API can carry. Codes are stable: clients branch on them. */
export const errorCodes = [
  'auth.invalid_credentials',
  'auth.token_invalid',
  'auth.challenge_expired',
  'auth.challenge_unsupported',
  'auth.code_wrong',
  'auth.code_expired',
  'auth.csrf',
  'auth.forbidden',
  'auth.account_link_conflict',
  'request.invalid',
  'request.not_found',
  'passwords.blank',
  'passwords.confirmation_mismatch',
  'passwords.code_missing',
  'passwords.reset_not_started',
  'passwords.code_wrong',
  'passwords.code_expired',
  'passwords.policy',
  'passwords.reused',
  'too_many_requests',
  'cognito.unexpected_answer',
  'cognito.unavailable',
  'overloaded',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];
