import type { Schema } from './types.js';

export type ErrorCode = Schema<'Problem'>['code'];
export type FieldError = Schema<'FieldError'>;

/** Codes of requests with invalid fields. */
const fieldsCodes = [
  'request.invalid',
  'passwords.policy',
  'passwords.blank',
  'passwords.confirmation_mismatch',
  'passwords.code_missing',
  'passwords.reset_not_started',
] as const satisfies ErrorCode[];

type FieldsCode = (typeof fieldsCodes)[number];
type WaitCode = Extract<ErrorCode, 'too_many_requests'>;

type WithCode<Code extends ErrorCode> = Omit<Schema<'Problem'>, 'code'> & { code: Code };

/** An error of the API (RFC 9457). `code` tells which members it has. */
export type Problem =
  | (WithCode<FieldsCode> & { errors: FieldError[] })
  | (WithCode<WaitCode> & { retryAfter: number })
  | WithCode<Exclude<ErrorCode, FieldsCode | WaitCode>>;

/** The API refused the request. `message` is its text for the user. */
export class UsherError extends Error {
  override readonly name = 'UsherError';

  constructor(readonly problem: Problem) {
    super(problem.detail);
  }

  get code(): ErrorCode {
    return this.problem.code;
  }

  get status(): number {
    return this.problem.status;
  }

  /** Errors of fields; empty if the problem is not about fields. */
  get errors(): FieldError[] {
    return this.problem.errors ?? [];
  }

  /** Seconds after which the same request may succeed. */
  get retryAfter(): number | undefined {
    return this.problem.retryAfter;
  }
}

/** No answer of Usher: the network failed, the browser refused the request, or a proxy answered. */
export class UsherUnreachableError extends Error {
  override readonly name = 'UsherUnreachableError';

  /** @param status of an answer that is not Usher's */
  constructor(
    readonly status?: number,
    options?: ErrorOptions,
  ) {
    super(
      status === undefined ? 'Usher cannot be reached' : `Status ${status} is not an answer of Usher`,
      options,
    );
  }
}

/** @param body of an answer with `application/problem+json` */
export function toUsherError(body: object): UsherError {
  const problem = body as Problem;
  const isAboutFields = (fieldsCodes as readonly ErrorCode[]).includes(problem.code);
  // Absent if Cognito refused the request without naming a field.
  return new UsherError(isAboutFields ? { errors: [], ...problem } : problem);
}

export const hasCode = (error: unknown, ...codes: ErrorCode[]): error is UsherError =>
  error instanceof UsherError && codes.includes(error.code);
