import type { FastifyReply, FastifyRequest } from 'fastify';
import { toAppError, toProblem } from '../errors/problem.js';
import type { Log } from '../logging/log.js';
import { languageOf } from '../texts/languages.js';
import { noteOutcome } from './finished-requests.js';

/** The one place where errors become answers. What is our fault, or the fault of what we depend on, is logged. */
export function sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): void {
  const error = toAppError(thrown);
  const language = languageOf(request.headers['accept-language']);
  const problem = toProblem(error, request.id, language);
  noteOutcome(reply, error.code);
  if (problem.status >= 500) {
    const level = knownTroubles.has(problem.status) ? 'warn' : 'error';
    log[level]('request failed', { requestId: request.id, code: error.code, error: error.cause ?? error });
  }
  if (error.code === 'auth.token_invalid') reply.header('www-authenticate', 'Bearer error="invalid_token"');
  if (error.retryAfter !== undefined) reply.header('retry-after', String(error.retryAfter));
  reply.header('content-language', language).header('vary', withLanguage(reply.getHeader('vary')));
  reply.status(problem.status).type('application/problem+json; charset=utf-8').send(problem);
}

/** Something is away, or not configured. That it is, is said elsewhere, once; this line is one request's. */
const knownTroubles = new Set([501, 503]);

/** The answer may vary by origin as well, where browsers of other origins are let in. */
const withLanguage = (vary: unknown): string =>
  typeof vary === 'string' ? `${vary}, Accept-Language` : 'Accept-Language';
