import type { FastifyReply, FastifyRequest } from 'fastify';
import { toAppError, toProblem } from '../errors/problem.js';
import type { Log } from '../logging/log.js';
import { languageOf } from '../texts/languages.js';

/** The one place where errors become answers. What is our fault, or the fault of what we depend on, is logged. */
export function sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): void {
  const error = toAppError(thrown);
  const language = languageOf(request.headers['accept-language']);
  const problem = toProblem(error, request.id, language);
  if (problem.status >= 500) {
    log.error('request failed', { requestId: request.id, code: error.code, error: error.cause ?? error });
  }
  if (error.code === 'auth.token_invalid') reply.header('www-authenticate', 'Bearer error="invalid_token"');
  if (error.retryAfter !== undefined) reply.header('retry-after', String(error.retryAfter));
  reply.header('content-language', language).header('vary', withLanguage(reply.getHeader('vary')));
  reply.status(problem.status).type('application/problem+json; charset=utf-8').send(problem);
}

/** The answer may vary by origin as well, where browsers of other origins are let in. */
const withLanguage = (vary: unknown): string =>
  typeof vary === 'string' ? `${vary}, Accept-Language` : 'Accept-Language';
