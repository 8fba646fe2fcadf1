import type { ErrorCode } from '#contracts';

/** The HTTP status of every error the API can answer with. What each says is in `platform/texts`. */
export const catalogue: Record<ErrorCode, { status: number }> = {
  'auth.invalid_credentials': { status: 401 },
  'auth.token_invalid': { status: 401 },
  'auth.challenge_expired': { status: 401 },
  'auth.challenge_unsupported': { status: 422 },
  'auth.code_wrong': { status: 422 },
  'auth.code_expired': { status: 422 },
  'auth.csrf': { status: 403 },
  'auth.forbidden': { status: 403 },
  'auth.account_link_conflict': { status: 409 },
  // 400, 408, 413, 414, 415, 417 or 431 where HTTP has a status for what is wrong.
  'request.invalid': { status: 422 },
  'request.not_found': { status: 404 },
  'passwords.blank': { status: 422 },
  'passwords.confirmation_mismatch': { status: 422 },
  'passwords.code_missing': { status: 422 },
  'passwords.reset_not_started': { status: 422 },
  'passwords.code_wrong': { status: 422 },
  'passwords.code_expired': { status: 422 },
  'passwords.policy': { status: 422 },
  'passwords.reused': { status: 422 },
  'passwords.reset_required': { status: 403 },
  'users.confirmation_invalid': { status: 422 },
  too_many_requests: { status: 429 },
  'cognito.unexpected_answer': { status: 502 },
  'cognito.unavailable': { status: 503 },
  'cognito.credentials_missing': { status: 501 },
  overloaded: { status: 503 },
  internal: { status: 500 },
};
