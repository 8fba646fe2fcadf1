import { randomUUID } from 'node:crypto';
import { type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { toProblem, unreadable } from '../errors/problem.js';
import type { Log } from '../logging/log.js';
import { secureHeaders } from './secure-headers.js';
import { sendProblem } from './send-problem.js';

/** What Fastify refuses before there is a route: an address that cannot be decoded or has too long a part. */
export function answerBadAddress(log: Log) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    reply.headers({ ...secureHeaders, 'x-request-id': request.id });
    sendProblem(unreadable(error.statusCode ?? 400), request, reply, log);
  };
}

/** HTTP/1.1 demands the header (RFC 9112 section 3.2). */
export function refuseWithoutHost(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ raw }, _reply, done) => {
    const lacksHost = raw.httpVersion === '1.1' && raw.headers.host === undefined;
    done(lacksHost ? unreadable(400, 'request.unreadable') : undefined);
  });
}

/** What Node cannot read as a request, or has waited for too long. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  refuse(socket, statuses[error.code ?? ''] ?? 400);
}

/** Requests that Node would drop, or answer in words of its own. */
export function answerWhatNodeRefuses(server: Server): void {
  // No proxy lives here.
  server.on('connect', (_request, socket) => refuse(socket, 400));
  // An expectation that nobody knows may be ignored (RFC 9110 section 10.1.1).
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
}

const statuses: Record<string, number> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};

function refuse(socket: Duplex, status: number): void {
  // There are no headers to read a language from, as the request could not be read.
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
  // A caller who is gone hears nothing.
  if (socket.writable) socket.end(answer, () => socket.destroy());
  else socket.destroy();
}
