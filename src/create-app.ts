import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import cookie from '@fastify/cookie';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import type { Config } from './platform/config/config.js';
import { readConfig } from './platform/config/config.module.js';
import { BodyPipe } from './platform/http/body.pipe.js';
import { allowOrigins } from './platform/http/cors.js';
import { CurrentRequest, followRequests } from './platform/http/current-request.js';
import { Draining } from './platform/http/draining.js';
import { FinishedRequests } from './platform/http/finished-requests.js';
import { serveOpenApi } from './platform/http/openapi.js';
import { ProblemFilter } from './platform/http/problem.filter.js';
import { logRequests } from './platform/http/request-log.js';
import { addSecureHeaders } from './platform/http/secure-headers.js';
import {
  answerBadAddress,
  answerUnreadable,
  answerWhatNodeRefuses,
  refuseWithoutHost,
} from './platform/http/unrouted.js';
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
  const config = await readConfig(variables);
  const log = new Log(config.logLevel);
  const adapter = createAdapter(config, log);
  // JSON is the only language spoken here; Nest would add forms.
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.register(config), adapter, {
    bodyParser: false,
    logger: log,
    abortOnError: false,
  });
  app.useGlobalPipes(new BodyPipe());
  app.useGlobalFilters(new ProblemFilter(log));
  const fastify = adapter.getInstance();
  fastify.removeContentTypeParser('text/plain');
  const requests = app.get(FinishedRequests);
  logRequests(requests, log);
  requests.follow(fastify);
  followRequests(fastify, app.get(CurrentRequest));
  app.get(Draining).follow(fastify);
  refuseWithoutHost(fastify);
  answerWhatNodeRefuses(fastify.server);
  addSecureHeaders(fastify, config);
  await allowOrigins(app, config.http.corsOrigins);
  await app.register(cookie);
  serveOpenApi(app);
  await app.init();
  return app;
}

function createAdapter({ http }: Config, log: Log): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit,
    requestTimeout,
    genReqId: acceptedId,
    trustProxy: http.trustedProxies.length > 0 && [...http.trustedProxies],
    frameworkErrors: answerBadAddress(log),
    clientErrorHandler: answerUnreadable,
    // Node would answer with an empty 400 of its own.
    http: { requireHostHeader: false },
    // Whoever still has a connection while we end is answered as ever; Fastify's 503 is no problem+json.
    return503OnClosing: false,
  });
}

function acceptedId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && requestId.test(given) ? given : randomUUID();
}
