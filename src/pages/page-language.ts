import type { CookieSerializeOptions } from '@fastify/cookie';
import { Controller, Get, Inject, Injectable, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type HttpConfig, httpConfig } from '../common/config/http.config.js';
import { AppError } from '../common/errors/app-error.js';
import { Public } from '../common/http/access.decorators.js';
import { isLanguage, type Language, languageOf } from '../i18n/languages.js';

const cookieName = 'usher_language';

const yearSeconds = 365 * 24 * 3600;

/** The language of pages: the chosen one, else by `Accept-Language`. */
@Injectable()
export class PageLanguage {
  private readonly options: CookieSerializeOptions;

  constructor(@Inject(httpConfig.KEY) { publicUrl }: HttpConfig) {
    const secure = publicUrl.protocol === 'https:';
    this.options = { httpOnly: true, sameSite: 'lax', path: '/', secure, maxAge: yearSeconds };
  }

  of({ cookies, headers }: FastifyRequest): Language {
    const chosen = cookies[cookieName];
    return chosen !== undefined && isLanguage(chosen) ? chosen : languageOf(headers['accept-language']);
  }

  choose(reply: FastifyReply, language: Language): void {
    reply.setCookie(cookieName, language, this.options);
  }
}

/** The switch of languages: links, so that it works without JavaScript and inside every page. */
@ApiExcludeController()
@Public()
@Controller()
export class PageLanguageController {
  constructor(
    private readonly languages: PageLanguage,
    @Inject(httpConfig.KEY) private readonly http: HttpConfig,
  ) {}

  /** Returns to the page that linked here. Its address can hold a token, so it is not part of the link. */
  @Get('language/:language')
  choose(
    @Param('language') language: string,
    @Req() { headers: { referer = '' } }: FastifyRequest,
    @Res() reply: FastifyReply,
  ): void {
    if (!isLanguage(language)) throw new AppError('request.not_found');
    this.languages.choose(reply, language);
    const { publicUrl } = this.http;
    const back = URL.canParse(referer) ? new URL(referer) : undefined;
    const signIn = `${publicUrl.pathname.replace(/\/$/, '')}/sign-in`;
    // Only the path counts: a stranger's page could link here too.
    reply.redirect(
      back?.host === reply.request.host || back?.origin === publicUrl.origin
        ? back.pathname.replace(/^\/+/, '/') + back.search
        : signIn,
      303,
    );
  }
}
