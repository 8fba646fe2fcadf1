import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { ErrorCode, Problem } from '#contracts';
import { type HttpConfig, httpConfig } from '../common/config/http.config.js';
import { type PagesConfig, pagesConfig } from '../common/config/pages.config.js';
import { type AppError, isAppError } from '../common/errors/app-error.js';
import { toAppError } from '../common/errors/problem.js';
import { reportProblem } from '../common/http/problem.filter.js';
import { pagePolicy } from '../common/http/secure-headers.js';
import { Log } from '../common/logging/log.js';
import { pageTexts } from '../i18n/languages.js';
import { isAnsweredInPlace } from './failures.js';
import type { Page, PageResult } from './page.js';
import { PageAssets } from './page-assets.js';
import { PageLanguage } from './page-language.js';

/** Opens a page for each request, and sends it. */
@Injectable()
export class Pages {
  private readonly base: string;
  private readonly headers: Record<string, string>;
  private readonly app: Page['app'];

  constructor(
    private readonly assets: PageAssets,
    private readonly languages: PageLanguage,
    private readonly log: Log,
    @Inject(pagesConfig.KEY) config: PagesConfig,
    @Inject(httpConfig.KEY) { appName, publicUrl }: HttpConfig,
  ) {
    const { logoUrl, supportEmail, returnUrls } = config;
    this.app = { name: appName, logoUrl: logoUrl?.href, supportEmail };
    this.base = publicUrl.pathname.replace(/\/$/, '');
    this.headers = {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': pagePolicy(
        [...new Set(returnUrls.map(({ origin }) => origin))],
        logoUrl?.origin,
      ),
      // The switch of languages reads `Referer`; other sites must not see the tokens of mailed links.
      'referrer-policy': 'same-origin',
      vary: 'Accept-Language, Cookie',
    };
  }

  open(reply: FastifyReply): Page {
    const { request } = reply;
    const language = this.languages.of(request);
    const href = (path: string) => this.base + path;
    return {
      language,
      texts: pageTexts[language],
      app: this.app,
      href,
      assets: {
        style: href(this.assets.style.path),
        script: href(this.assets.script.path),
        icon: href(this.assets.icon.path),
      },
      request,
      reply,
    };
  }

  /**
   * Handles a form.
   * @param again renders the form with what was refused
   * @param inPlace codes that this form answers in place, besides those that all forms do
   * @throws AppError what no correction of the form can help, for the filter of pages
   */
  async attempt(
    page: Page,
    action: () => Promise<PageResult>,
    again: (problem: Problem) => VNode | Promise<VNode>,
    inPlace: ErrorCode[] = [],
  ): Promise<PageResult> {
    try {
      return await action();
    } catch (thrown) {
      const error = toAppError(thrown);
      if (!isAnsweredInPlace(error) && !inPlace.includes(error.code)) throw error;
      const problem = this.report(page, error);
      return { status: problem.status, body: await again(problem) };
    }
  }

  /** @returns the problem of an error, in the page's language. Sets `Retry-After`. */
  report({ language, reply }: Page, error: AppError): Problem {
    const problem = reportProblem(error, language, reply, this.log);
    if (isAppError(error) && error.retryAfter !== undefined)
      reply.header('retry-after', String(error.retryAfter));
    return problem;
  }

  /** Sets the headers of an answer. @returns the body */
  prepare({ language, reply }: Page, result: PageResult): string {
    // CORS_ORIGINS is for the API: no other origin may read a page.
    reply.removeHeader('access-control-allow-origin').removeHeader('access-control-allow-credentials');
    if ('location' in result) {
      reply.status(303).header('location', result.location);
      return '';
    }
    reply.status(result.status).headers(this.headers).header('content-language', language);
    return `<!doctype html>${renderToString(result.body)}`;
  }
}
