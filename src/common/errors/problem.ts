import { HttpException } from '@nestjs/common';
import type { FieldError, FieldErrorCode, Problem } from '#contracts';
import { type Language, texts, validationMessage } from '../../i18n/languages.js';
import type { ValidationMessage } from '../../i18n/texts.js';
import { AppError, type InvalidField, errorStatus } from './app-error.js';

/** The problem+json body (RFC 9457) of an error, without its cause. */
export function toProblem(error: AppError, requestId: string, language: Language): Problem {
  const { title, detail } = texts[language].problems[error.code];
  return {
    type: `urn:usher:problem:${error.code}`,
    title,
    status: error.status ?? errorStatus[error.code].status,
    detail,
    code: error.code,
    requestId,
    ...(error.errors && { errors: error.errors.map((invalid) => toFieldError(invalid, language)) }),
    ...(error.retryAfter !== undefined && { retryAfter: error.retryAfter }),
  };
}

function toFieldError(invalid: InvalidField, language: Language): FieldError {
  const { field, message, params } = invalid;
  return {
    field,
    // The violated rule: the part of `field.missing` or `password.too_short` behind the dot.
    code: message.replace(/^.*\./, '') as Rule<ValidationMessage>,
    ...(params && { params }),
    message: validationMessage(language, message, params),
  };
}

type Rule<Message> = Message extends `${string}.${infer Name}` ? Name & FieldErrorCode : never;

/** Maps errors of Fastify and Nest to error codes. Unknown errors become `internal`. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const status = statusOf(error);
  if (status === 404) return new AppError('request.not_found', { cause: error });
  // After routing, 400 means that the body could not be parsed.
  if (status === 400) return unreadable(status, 'body.not_json', error);
  if (status !== undefined && status > 400 && status < 500) return unreadable(status, undefined, error);
  return new AppError('internal', { cause: error });
}

/** The error for a request that could not be parsed. */
export function unreadable(status: number, message = messages[status], cause?: unknown): AppError {
  const errors = [{ field: '', message: message ?? 'request.unreadable' }];
  return new AppError('request.invalid', { cause, status, errors });
}

const messages: Record<number, ValidationMessage> = {
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
