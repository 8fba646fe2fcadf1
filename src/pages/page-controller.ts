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
import { SessionCookie } from '../sessions/session-cookie.js';
import { toAppError } from '../common/errors/problem.js';
import { CsrfGuard } from '../common/http/csrf.guard.js';
import { failurePage } from './failures.js';
import { type Page, type PageResult, redirect, show } from './page.js';
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
  constructor(
    private readonly pages: Pages,
    private readonly session: SessionCookie,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const page = this.pages.open(reply);
    const error = toAppError(thrown);
    const problem = this.pages.report(page, error);
    const result =
      error.code === 'auth.token_invalid'
        ? this.signInAgain(page)
        : show(failurePage(page, problem), problem.status);
    reply.send(this.pages.prepare(page, result));
  }

  private signInAgain(page: Page): PageResult {
    const { request, reply } = page;
    // A session that only Cognito refuses would lead from the sign-in straight back here.
    if (this.session.read(request) !== undefined) this.session.clear(reply);
    // The query of a form's page can say that an earlier form was saved.
    const returnTo = request.method === 'POST' ? request.url.replace(/\?.*/, '') : request.url;
    return redirect(page.href(`/sign-in?return_to=${encodeURIComponent(returnTo)}`));
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
