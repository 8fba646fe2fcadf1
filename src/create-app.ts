import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import cookie from '@fastify/cookie';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppModule } from './app.module.js';
import { BodyPipe } from './platform/http/body.pipe.js';
import { serveOpenApi } from './platform/http/openapi.js';
import { ProblemFilter } from './platform/http/problem.filter.js';
import { logRequests } from './platform/http/request-log.js';
import { sendProblem } from './platform/http/send-problem.js';
import { Log } from './platform/logging/log.js';

/** Bytes. The largest honest body is a refresh token with its braces. */
const bodyLimit = 64 * 1024;

/** Milliseconds in which a request must have arrived whole; an unfinished one would also hold up a shutdown. */
const requestTimeout = 10_000;

// What a caller sends as request id ends up in logs and headers.
const requestId = /^[\w.:/+=@-]{1,128}$/;

/**
 * The API, ready to listen: used by main.ts and by every e2e test.
 * @param variables instead of the process environment; for tests.
 * @throws ConfigurationError
 */
export async function createApp(
  variables?: Record<string, string | undefined>,
): Promise<NestFastifyApplication> {
  const module = await AppModule.register(variables);
  const log = new Log();
  const adapter = new FastifyAdapter({
    bodyLimit,
    requestTimeout,
    genReqId: acceptedId,
    // What Fastify refuses before there is a route, such as an address that cannot be decoded.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(error, request, reply, log),
  });
  // JSON is the only language spoken here; Nest would add forms.
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    logger: log,
    abortOnError: false,
  });
  app.useGlobalPipes(new BodyPipe());
  app.useGlobalFilters(new ProblemFilter(log));
  const fastify = adapter.getInstance();
  fastify.removeContentTypeParser('text/plain');
  logRequests(fastify, log);
  await app.register(cookie);
  serveOpenApi(app);
  await app.init();
  return app;
}

function acceptedId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && requestId.test(given) ? given : randomUUID();
}
