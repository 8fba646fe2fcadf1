import { HttpException } from '@nestjs/common';
import type { Problem } from '#contracts';
import { AppError } from './app-error.js';
import { catalogue } from './catalogue.js';

/** The problem+json body (RFC 9457) of an error. Causes stay behind. */
export function toProblem(error: AppError, requestId: string): Problem {
  const { status, title, detail } = catalogue[error.code];
  return {
    type: `urn:usher:problem:${error.code}`,
    title,
    status: error.status ?? status,
    detail,
    code: error.code,
    requestId,
    ...(error.errors && { errors: error.errors }),
    ...(error.retryAfter !== undefined && { retryAfter: error.retryAfter }),
  };
}

/** What Fastify and Nest throw before our code runs, in our words. Everything unknown is `internal`. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const status = statusOf(error);
  if (status === 404) return new AppError('request.not_found', { cause: error });
  if (status !== undefined && status >= 400 && status < 500) {
    return new AppError('request.invalid', {
      cause: error,
      status,
      errors: [{ field: '', message: requestFault[status] ?? 'the request cannot be processed' }],
    });
  }
  return new AppError('internal', { cause: error });
}

const requestFault: Record<number, string> = {
  400: 'the body must be well-formed JSON in UTF-8',
  413: 'the body is too large',
  415: 'the body must be sent as application/json',
};

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}
