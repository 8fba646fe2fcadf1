import { HttpException } from '@nestjs/common';
import type { FieldError, Problem } from '#contracts';
import { faultText, type Language, texts } from '../texts/languages.js';
import type { Fault } from '../texts/texts.js';
import { AppError, type FieldFault } from './app-error.js';
import { catalogue } from './catalogue.js';

/** The problem+json body (RFC 9457) of an error. Causes stay behind. */
export function toProblem(error: AppError, requestId: string, language: Language): Problem {
  const { title, detail } = texts[language].problems[error.code];
  return {
    type: `urn:usher:problem:${error.code}`,
    title,
    status: error.status ?? catalogue[error.code].status,
    detail,
    code: error.code,
    requestId,
    ...(error.errors && { errors: error.errors.map((fault) => toFieldError(fault, language)) }),
    ...(error.retryAfter !== undefined && { retryAfter: error.retryAfter }),
  };
}

function toFieldError({ field, code, fault, values }: FieldFault, language: Language): FieldError {
  return { field, ...(code && { code }), message: faultText(language, fault, values) };
}

/** What Fastify and Nest throw before our code runs, in our words. Everything unknown is `internal`. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const status = statusOf(error);
  if (status === 404) return new AppError('request.not_found', { cause: error });
  // Once there is a route, the only thing left that cannot be read is the body.
  if (status === 400) return unreadable(status, 'body.not_json', error);
  if (status !== undefined && status > 400 && status < 500) return unreadable(status, undefined, error);
  return new AppError('internal', { cause: error });
}

/** A request that never became one we could look into. */
export function unreadable(status: number, fault = requestFaults[status], cause?: unknown): AppError {
  const errors = [{ field: '', fault: fault ?? 'request.unreadable' }];
  return new AppError('request.invalid', { cause, status, errors });
}

const requestFaults: Record<number, Fault> = {
  408: 'request.too_slow',
  413: 'body.too_large',
  414: 'request.address_too_long',
  415: 'body.not_sent_as_json',
  431: 'request.headers_too_large',
};

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}
