import type { ErrorCode, FieldErrorParams } from '#contracts';
import type { ValidationMessage } from '../../i18n/texts.js';

/** One error of one field; it becomes a `FieldError` in the caller's language. */
export interface InvalidField {
  /** The field's name; empty when the request as a whole is wrong. */
  field: string;
  /** The code of the whole problem if this error is the first one and its rule has a code of its own. */
  problem?: ErrorCode;
  message: ValidationMessage;
  /** For the caller, and for the `{placeholders}` of the message. */
  params?: FieldErrorParams;
}

interface Details {
  /** For the log only; never shown to the caller. */
  cause?: unknown;
  errors?: InvalidField[];
  /** Seconds. */
  retryAfter?: number;
  /** For codes with several statuses, such as `request.invalid`. */
  status?: number;
}

/** An error for the caller. Its status is in `errorStatus`, its text in `src/i18n`. */
export class AppError extends Error {
  readonly errors: InvalidField[] | undefined;
  readonly retryAfter: number | undefined;
  readonly status: number | undefined;

  constructor(
    readonly code: ErrorCode,
    { cause, errors, retryAfter, status }: Details = {},
  ) {
    super(code, { cause });
    this.name = 'AppError';
    this.errors = errors;
    this.retryAfter = retryAfter;
    this.status = status;
  }
}

/** Without `codes`, any AppError. */
export function isAppError(error: unknown, ...codes: ErrorCode[]): error is AppError {
  return error instanceof AppError && (codes.length === 0 || codes.includes(error.code));
}

/** The HTTP status of each error code. */
export const errorStatus: Record<ErrorCode, { status: number }> = {
  'auth.invalid_credentials': { status: 401 },
  'auth.token_invalid': { status: 401 },
  'auth.challenge_expired': { status: 401 },
  'auth.challenge_unsupported': { status: 422 },
  'auth.code_wrong': { status: 422 },
  'auth.code_expired': { status: 422 },
  'auth.csrf': { status: 403 },
  'auth.cookie_cross_site': { status: 403 },
  'auth.forbidden': { status: 403 },
  'auth.reauthentication_required': { status: 403 },
  'auth.account_link_conflict': { status: 409 },
  // Also 400, 408, 413, 414, 415, 417 or 431, see `problem.ts`.
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
  'legacy.unavailable': { status: 503 },
  'cognito.unexpected_answer': { status: 502 },
  'cognito.unavailable': { status: 503 },
  'cognito.credentials_missing': { status: 501 },
  overloaded: { status: 503 },
  internal: { status: 500 },
};
