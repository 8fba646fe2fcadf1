import type { ErrorCode, FieldError } from '#contracts';

interface Details {
  /** For the log only; never shown to the caller. */
  cause?: unknown;
  errors?: FieldError[];
  /** Seconds. */
  retryAfter?: number;
  /** Where one code has several statuses, as `request.invalid` has. */
  status?: number;
}

/** Something a caller must be told. Status and text live in the catalogue only. */
export class AppError extends Error {
  readonly errors: FieldError[] | undefined;
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

/** Is this our error, with this code? */
export function isAppError(error: unknown, ...codes: ErrorCode[]): error is AppError {
  return error instanceof AppError && (codes.length === 0 || codes.includes(error.code));
}
