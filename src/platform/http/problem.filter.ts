import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../errors/app-error.js';
import { toAppError, toProblem } from '../errors/problem.js';
import { Log } from '../logging/log.js';

/** The one place where errors become answers. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = toAppError(thrown);
    const problem = toProblem(error, request.id);
    if (problem.status >= 500) {
      this.log.error('request failed', {
        requestId: request.id,
        code: error.code,
        error: error.cause ?? error,
      });
    }
    answer(reply, problem.status, error).type('application/problem+json').send(problem);
  }
}

function answer(reply: FastifyReply, status: number, error: AppError): FastifyReply {
  if (error.code === 'auth.token_invalid') reply.header('www-authenticate', 'Bearer error="invalid_token"');
  if (error.retryAfter !== undefined) reply.header('retry-after', String(error.retryAfter));
  return reply.status(status);
}
