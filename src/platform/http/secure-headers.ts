import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import helmet, { type HelmetOptions } from 'helmet';
import type { Config } from '../config/config.js';

const nothing = ["'none'"];

/** Answers are data: a browser that is made to show one as a page shall load and run nothing. */
const closed = { defaultSrc: nothing, baseUri: nothing, formAction: nothing, frameAncestors: nothing };

/** What Swagger UI needs: its own script and style, pictures inside the style, and calls to this API. */
const ofDocs = {
  ...closed,
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
};

/** The policy of the page `/docs`, in place of the one that every answer has. */
export const docsPolicy = headersOf({ contentSecurityPolicy: policy(ofDocs) })['content-security-policy'];

/** Headers that make browsers careful with what we send (OWASP, "HTTP Security Response Headers Cheat Sheet"). */
export const secureHeaders = {
  ...headersOf({
    contentSecurityPolicy: policy(closed),
    xFrameOptions: { action: 'deny' },
    // A matter of the public address, see below.
    strictTransportSecurity: false,
  }),
  // Answers hold tokens and personal data; the files of /docs say otherwise themselves.
  'cache-control': 'no-store',
};

// One year, and only for this host: what runs on hosts below it is not ours to decide.
const overHttps = { ...secureHeaders, 'strict-transport-security': 'max-age=31536000' };

/** On every answer that has a route. */
export function addSecureHeaders(fastify: FastifyInstance, { http }: Config): void {
  const headers = http.publicUrl.protocol === 'https:' ? overHttps : secureHeaders;
  fastify.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
}

function policy(directives: Record<string, string[]>) {
  return { useDefaults: false, directives };
}

/** What helmet puts on an answer: the same on each, so it is asked once and not a dozen functions each time. */
function headersOf(options: HelmetOptions): Record<string, string> {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet(options)(request, response, (error) => {
    if (error !== undefined) throw error as Error;
  });
  return response.getHeaders() as Record<string, string>;
}
