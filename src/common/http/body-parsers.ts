import type { FastifyInstance, FastifyRequest } from 'fastify';
import { unreadable } from '../errors/problem.js';
import { acceptsForm, formType, parseForm } from './forms.js';

const json = 'application/json';

/** RFC 7396. */
export const mergePatch = 'application/merge-patch+json';

/** The value of `Accept-Patch` (RFC 5789 section 3.1). */
export const acceptedPatches = `${json}, ${mergePatch}`;

type Done = (error: Error | null, body?: unknown) => void;

// JSON white space (RFC 8259 section 2).
const blank = /^[ \t\r\n]*$/;

/**
 * Accepts JSON, merge patches for PATCH, and forms on the routes of pages. A blank body counts as no body whatever its `Content-Type`, because clients send
 * the header with every request.
 */
export function parseBodies(fastify: FastifyInstance): void {
  // Rejects `__proto__` and `constructor.prototype`.
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  const parse = (request: FastifyRequest, body: string, done: Done): void => {
    if (blank.test(body)) done(null, undefined);
    else void parseJson(request, body, done);
  };
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(json, { parseAs: 'string' }, parse);
  fastify.addContentTypeParser<string>(mergePatch, { parseAs: 'string' }, (request, body, done) => {
    if (request.method === 'PATCH' || blank.test(body)) parse(request, body, done);
    else refuse(request, done);
  });
  fastify.addContentTypeParser<string>(formType, { parseAs: 'string' }, (request, body, done) => {
    if (acceptsForm(request)) done(null, parseForm(body));
    else if (blank.test(body)) done(null, undefined);
    else refuse(request, done);
  });
  fastify.addContentTypeParser('*', (request, _payload, done) => {
    if (request.headers['content-length'] === '0') done(null, undefined);
    else refuse(request, done);
  });
}

/** Without a route, the answer is 404 and not 415. */
function refuse({ is404 }: FastifyRequest, done: Done): void {
  if (is404) done(null, undefined);
  else done(unreadable(415));
}
