import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from '#contracts';
import type { AppError } from '../errors/app-error.js';
import { toAppError, toProblem } from '../errors/problem.js';
import { Log } from '../logging/log.js';
import { type Language, languageOf } from '../../i18n/languages.js';
import { acceptedPatches } from './body-parsers.js';
import { recordOutcome } from './request-events.js';

@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>(), this.log);
  }
}

/** @returns the problem of an error. Records its outcome, and logs errors with a status of 500 or more. */
export function reportProblem(error: AppError, language: Language, reply: FastifyReply, log: Log): Problem {
  const requestId = reply.request.id;
  const problem = toProblem(error, requestId, language);
  recordOutcome(reply, error.code);
  if (problem.status >= 500) {
    const level = dependencyErrors.has(problem.status) ? 'warn' : 'error';
    log[level]('request failed', { requestId, code: error.code, error: error.cause ?? error });
  }
  return problem;
}

/** Sends the problem+json response for an error. */
export function sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): void {
  const error = toAppError(thrown);
  const language = languageOf(request.headers['accept-language']);
  const problem = reportProblem(error, language, reply, log);
  if (error.code === 'auth.token_invalid') reply.header('www-authenticate', 'Bearer error="invalid_token"');
  if (problem.status === 415 && request.method === 'PATCH') reply.header('accept-patch', acceptedPatches);
  if (error.retryAfter !== undefined) reply.header('retry-after', String(error.retryAfter));
  reply.header('content-language', language).header('vary', withLanguage(reply.getHeader('vary')));
  reply.status(problem.status).type('application/problem+json; charset=utf-8').send(problem);
}

/** Dependencies that are unavailable or not configured. The component logs that once; this line is about one request. */
const dependencyErrors = new Set([501, 503]);

/** With CORS, the response also varies by origin. */
const withLanguage = (vary: unknown): string =>
  typeof vary === 'string' ? `${vary}, Accept-Language` : 'Accept-Language';
