import {
  applyDecorators,
  type ArgumentsHost,
  type CallHandler,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseFilters,
  UseInterceptors,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import { toAppError } from '../common/errors/problem.js';
import { CsrfGuard } from '../common/http/csrf.guard.js';
import { failurePage } from './failures.js';
import { type PageResult, redirect, show } from './page.js';
import { Pages } from './pages.service.js';

/** Refuses forms of other origins, and sends what the routes of pages return. */
@Injectable()
class PageInterceptor implements NestInterceptor<PageResult, string> {
  constructor(
    private readonly pages: Pages,
    private readonly csrf: CsrfGuard,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler<PageResult>): Observable<string> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    if (request.method === 'POST') this.csrf.checkSameOrigin(request);
    const page = this.pages.open(http.getResponse<FastifyReply>());
    return next.handle().pipe(map((result) => this.pages.prepare(page, result)));
  }
}

/** Errors of guards, and those that a form cannot answer in place. */
@Catch()
export class PageFilter implements ExceptionFilter {
  constructor(private readonly pages: Pages) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const page = this.pages.open(reply);
    const error = toAppError(thrown);
    const problem = this.pages.report(page, error);
    const path = page.request.url;
    const result =
      error.code === 'auth.token_invalid'
        ? redirect(page.href(`/sign-in?return_to=${encodeURIComponent(path)}`))
        : show(failurePage(page, problem), problem.status);
    reply.send(this.pages.prepare(page, result));
  }
}

/** A controller of hosted pages: its routes return a `PageResult`. */
export const PageController = (): ClassDecorator =>
  applyDecorators(
    Controller(),
    ApiExcludeController(),
    UseFilters(PageFilter),
    UseInterceptors(PageInterceptor),
  );
