import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Controller, Get, Header, Inject, Injectable, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { fromPackageRoot } from '../common/concurrency/worker-file.js';
import { type PagesConfig, pagesConfig } from '../common/config/pages.config.js';
import { AppError } from '../common/errors/app-error.js';
import { Public } from '../common/http/access.decorators.js';

const read = (name: string): string => readFileSync(fromPackageRoot(`dist/pages/${name}`), 'utf8');

/** The icon of the pages in a browser's tab. */
const icon = (color: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="${color}"/>` +
  '<circle cx="8" cy="6" r="2.5" fill="#fff"/><path d="M3.5 13a4.5 4.5 0 0 1 9 0z" fill="#fff"/></svg>';

interface Asset {
  text: string;
  /** The path below that of PUBLIC_URL. */
  path: string;
}

/** The style sheet, with the colour of the application, the script and the icon of all pages. */
@Injectable()
export class PageAssets {
  readonly style: Asset;
  readonly script: Asset;
  readonly icon: Asset;

  constructor(@Inject(pagesConfig.KEY) { color }: PagesConfig) {
    this.style = asset('css', `:root{--brand:${color}}\n${read('pages.css')}`);
    this.script = asset('js', read('pages.js'));
    this.icon = asset('svg', icon(color));
  }
}

/** The name changes with the content, so that browsers can keep the file for ever. */
function asset(extension: string, text: string): Asset {
  const version = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return { text, path: `/assets/pages-${version}.${extension}` };
}

const forEver = 'public, max-age=31536000, immutable';

@ApiExcludeController()
@Public()
@Controller('assets')
export class PageAssetsController {
  constructor(private readonly assets: PageAssets) {}

  @Get('pages-:version.css')
  @Header('content-type', 'text/css; charset=utf-8')
  style(@Res({ passthrough: true }) reply: FastifyReply): string {
    return send(this.assets.style, reply);
  }

  @Get('pages-:version.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  script(@Res({ passthrough: true }) reply: FastifyReply): string {
    return send(this.assets.script, reply);
  }

  @Get('pages-:version.svg')
  @Header('content-type', 'image/svg+xml')
  icon(@Res({ passthrough: true }) reply: FastifyReply): string {
    return send(this.assets.icon, reply);
  }
}

/** During a deployment a page of one release may ask another release, whose file must not be kept under this name. */
function send({ text, path }: Asset, reply: FastifyReply): string {
  if (!reply.request.url.endsWith(path)) throw new AppError('request.not_found');
  reply.header('cache-control', forEver);
  return text;
}
