import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import helmet, { type HelmetOptions } from 'helmet';
import type { HttpConfig } from '../config/http.config.js';

const nothing = ["'none'"];

/** Responses are data: a browser that renders one as a page must load and run nothing. */
const apiDirectives = { defaultSrc: nothing, baseUri: nothing, formAction: nothing, frameAncestors: nothing };

/** Swagger UI needs its own script and style, images inside the style, and calls to this API. */
const docsDirectives = {
  ...apiDirectives,
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
};

/** Replaces the default policy on `/docs`. */
export const docsPolicy = headersOf({ contentSecurityPolicy: policy(docsDirectives) })[
  'content-security-policy'
];

/**
 * The policy of a hosted page: its own style and script, forms to its own origin.
 * @param formTargets origins that a form may be redirected to; Chromium applies `form-action` to redirects
 * @param imageOrigin of the application's logo
 */
export function pagePolicy(formTargets: readonly string[], imageOrigin: string | undefined): string {
  const directives = {
    ...apiDirectives,
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", ...(imageOrigin === undefined ? [] : [imageOrigin])],
    formAction: ["'self'", ...formTargets],
  };
  const header = headersOf({ contentSecurityPolicy: policy(directives) })['content-security-policy'];
  return header ?? '';
}

/** OWASP, "HTTP Security Response Headers Cheat Sheet". */
export const secureHeaders = {
  ...headersOf({
    contentSecurityPolicy: policy(apiDirectives),
    xFrameOptions: { action: 'deny' },
    // Depends on PUBLIC_URL, see below.
    strictTransportSecurity: false,
  }),
  // Responses hold tokens and personal data. The files of /docs replace the header.
  'cache-control': 'no-store',
};

// One year, without subdomains: other services may run there.
const secureHeadersOverHttps = { ...secureHeaders, 'strict-transport-security': 'max-age=31536000' };

/** Adds the headers to every response that has a route. */
export function addSecureHeaders(fastify: FastifyInstance, { publicUrl }: HttpConfig): void {
  const headers = publicUrl.protocol === 'https:' ? secureHeadersOverHttps : secureHeaders;
  fastify.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
}

function policy(directives: Record<string, string[]>) {
  return { useDefaults: false, directives };
}

/** Helmet's headers are constant, so they are computed once instead of per request. */
function headersOf(options: HelmetOptions): Record<string, string> {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet(options)(request, response, (error) => {
    if (error !== undefined) throw error as Error;
  });
  return response.getHeaders() as Record<string, string>;
}
