import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SignInRequest } from '#contracts';
import { sendProblem } from '../common/http/problem.filter.js';
import { validateDto } from '../common/http/validate-dto.js';
import { Log } from '../common/logging/log.js';
import { RefusalService } from './refusal.service.js';

/** Answers refusals of `POST /auth/sign-in`. */
@Catch()
export class RefusalFilter implements ExceptionFilter {
  constructor(
    private readonly refusals: RefusalService,
    private readonly log: Log,
  ) {}

  /** Does not reject: Nest does not handle rejections of filters. */
  async catch(thrown: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = await this.refusals.settle(thrown, reply, () => validateDto(SignInRequest, request.body));
    sendProblem(error, request, reply, this.log);
  }
}
