import { Inject, Injectable } from '@nestjs/common';
import { type HttpConfig, httpConfig } from '../common/config/http.config.js';
import { type PagesConfig, pagesConfig } from '../common/config/pages.config.js';

/** Where a sign-in goes without a valid `return_to`. */
const home = '/account';

/** Our own pages that need a session. */
const ownPath = /^\/(account|console)(\/|$)/;

/** Decides on `return_to`, so that no link can send a user who has just signed in to a stranger's site. */
@Injectable()
export class ReturnUrl {
  constructor(
    @Inject(pagesConfig.KEY) private readonly pages: PagesConfig,
    @Inject(httpConfig.KEY) private readonly http: HttpConfig,
  ) {}

  /** @returns a path of our own pages (without that of PUBLIC_URL), or a URL at or below an entry of RETURN_URLS */
  resolve(given: string | undefined): string {
    if (given === undefined || given === '') return home;
    return this.ownPage(given) ?? this.permittedUrl(given) ?? home;
  }

  private ownPage(given: string): string | undefined {
    if (!given.startsWith('/') || !URL.canParse(given, this.http.publicUrl)) return undefined;
    const { origin, pathname, search } = new URL(given, this.http.publicUrl);
    // `//host` and `/\host` are other origins; dot segments are resolved.
    return origin === this.http.publicUrl.origin && ownPath.test(pathname) ? pathname + search : undefined;
  }

  private permittedUrl(given: string): string | undefined {
    if (!URL.canParse(given)) return undefined;
    const url = new URL(given);
    if (url.username !== '' || url.password !== '') return undefined;
    return this.pages.returnUrls.some((entry) => isAtOrBelow(url, entry)) ? url.href : undefined;
  }
}

/** By origin and whole path segments. */
const isAtOrBelow = (url: URL, entry: URL): boolean =>
  url.origin === entry.origin &&
  (url.pathname === entry.pathname || url.pathname.startsWith(entry.pathname.replace(/\/?$/, '/')));
