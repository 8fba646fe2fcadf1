import type { ErrorCode } from '#contracts';
import type { Fault } from '../texts/texts.js';

/** One thing that is wrong with one field; it becomes a `FieldError` in the caller's language. */
export interface FieldFault {
  /** The field's name; empty when the request as a whole is wrong. */
  field: string;
  /** Where the field's fault has a code of its own. */
  code?: ErrorCode;
  fault: Fault;
  /** For the `{placeholders}` of the fault's text. */
  values?: Record<string, string | number>;
}

interface Details {
  /** For the log only; never shown to the caller. */
  cause?: unknown;
  errors?: FieldFault[];
  /** Seconds. */
  retryAfter?: number;
  /** Where one code has several statuses, as `request.invalid` has. */
  status?: number;
}

/** Something a caller must be told. Its status lives in the catalogue, its text in `platform/texts`, and nowhere else. */
export class AppError extends Error {
  readonly errors: FieldFault[] | undefined;
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
