import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { toProblem, unreadable } from '../errors/problem.js';
import type { Log } from '../logging/log.js';
import { secureHeaders } from './secure-headers.js';
import { sendProblem } from './problem.filter.js';

/** Answers requests that Fastify rejects before routing: a URL that cannot be decoded or has too long a segment. */
export function handleBadUrl(log: Log) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    reply.headers({ ...secureHeaders, 'x-request-id': request.id });
    sendProblem(unreadable(error.statusCode ?? 400), request, reply, log);
  };
}

/** The last response of each connection. */
const responses = new WeakMap<Duplex, ServerResponse>();

/** Timers of connections that have not carried a request yet. */
const silent = new WeakMap<Duplex, NodeJS.Timeout>();

/** Handles requests that Node cannot parse, and timeouts. Fastify binds `this` to its instance. */
export function handleUnreadableRequest(
  this: { server: Server },
  error: NodeJS.ErrnoException,
  socket: Duplex,
): void {
  if (error.code === timeout && (socket as Socket).bytesRead === 0) {
    keepSilent(socket, this.server.keepAliveTimeout);
  } else if (mayAnswer(socket)) refuse(socket, statuses[error.code ?? ''] ?? 400);
  else socket.end(() => socket.destroy());
}

/**
 * Node applies its request timeout also to connections that have received no byte. Load balancers and browsers open such
 * connections in advance: they stay open as long as idle ones and are closed without a response.
 */
function keepSilent(socket: Duplex, keptMs: number): void {
  const timer = setTimeout(() => socket.destroy(), keptMs).unref();
  silent.set(socket, timer);
  socket.once('close', () => clearTimeout(timer));
}

/** False while a response is being sent, or while an earlier request on the connection has no response yet. */
function mayAnswer(socket: Duplex): boolean {
  const response = responses.get(socket);
  if (response === undefined) return true;
  // The request is complete, so the error belongs to the next one.
  if (response.req.complete) return response.writableFinished && response.shouldKeepAlive;
  return response.socket === socket && !response.headersSent;
}

/** Handles requests that Node would drop, or answer without problem+json. */
export function handleClientErrors(server: Server): void {
  server.on('request', ({ socket }, response) => {
    clearTimeout(silent.get(socket));
    responses.set(socket, response);
  });
  // CONNECT is for proxies.
  server.on('connect', (_request, socket) => refuse(socket, 400));
  // Unknown expectations may be ignored (RFC 9110 section 10.1.1).
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
}

const timeout = 'ERR_HTTP_REQUEST_TIMEOUT';

const statuses: Record<string, number> = {
  [timeout]: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};

function refuse(socket: Duplex, status: number): void {
  // English, because the headers could not be parsed.
  const problem = JSON.stringify(toProblem(unreadable(status), randomUUID(), 'en'));
  const headers = {
    ...secureHeaders,
    connection: 'close',
    'content-language': 'en',
    'content-length': Buffer.byteLength(problem),
    'content-type': 'application/problem+json; charset=utf-8',
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const answer = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${problem}`;
  if (socket.writable) socket.end(answer, () => socket.destroy());
  else socket.destroy();
}

/**
 * Headers that a request may have only once (RFC 9110 section 5.3). Node uses the first of two; a proxy may have checked the
 * other. Node itself rejects a second `Content-Length`.
 */
const singletons = new Set(['authorization', 'content-type', 'host']);

// uri-host [ ":" port ] (RFC 9110 section 7.2, RFC 3986 section 3.2.2). Empty if the target has no authority.
const hostValue = /^(?:[\w.~!$&'()*+,;=%-]*|\[[\da-f:.]+\])(?::\d{0,5})?$/i;

/** Answers 400 to requests with ambiguous headers or without a valid `Host` (RFC 9112 section 3.2). */
export function refuseAmbiguousHeaders(fastify: FastifyInstance): void {
  // By default Node ignores headers after the 2000th. The limit of 16 kB for all headers still applies.
  fastify.server.maxHeadersCount = 0;
  fastify.addHook('onRequest', ({ raw }, _reply, done) => {
    const isRefused = !hasValidHost(raw) || hasRepeatedSingleton(raw);
    done(isRefused ? unreadable(400, 'request.unreadable') : undefined);
  });
}

/** HTTP/1.0 does not require the header. */
function hasValidHost({ headers, httpVersion }: IncomingMessage): boolean {
  if (headers.host === undefined) return httpVersion === '1.0';
  return hostValue.test(headers.host);
}

function hasRepeatedSingleton({ rawHeaders }: IncomingMessage): boolean {
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    if (!singletons.has(name)) continue;
    if (seen.has(name)) return true;
    seen.add(name);
  }
  return false;
}
