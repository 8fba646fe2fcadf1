import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { loadConfig } from './common/config/config.js';
import type { HttpConfig } from './common/config/http.config.js';
import { processVariables } from './common/config/process-env.js';
import { startWarnings } from './common/config/start-warnings.js';
import { parseBodies } from './common/http/body-parsers.js';
import {
  handleBadUrl,
  handleClientErrors,
  handleUnreadableRequest,
  refuseAmbiguousHeaders,
} from './common/http/client-error.handler.js';
import { routeForms } from './common/http/forms.js';
import { serveOpenApi } from './common/http/openapi.js';
import { originRule } from './common/http/origins.js';
import { provideRequestContext } from './common/http/request-context.js';
import { addSecureHeaders } from './common/http/secure-headers.js';
import { Log } from './common/logging/log.js';

/** Bytes. The largest legitimate body holds one refresh token. */
const bodyLimit = 64 * 1024;

/** Milliseconds in which a whole request must arrive. An unfinished request would also delay a shutdown. */
const requestTimeout = 10_000;

/** Milliseconds between checks for requests that exceed `requestTimeout`. */
const connectionsCheckingInterval = 1000;

/** Milliseconds. Longer than the idle timeout of load balancers (AWS: 60 seconds by default). */
const keepAliveTimeout = 72_000;

/** A text id of 255 characters, percent-encoded. Fastify's default is 100. */
const longestSegment = 255 * '%E2%82%AC'.length;

/** Callers' request ids are written to logs and headers. */
const requestId = /^[\w.:/+=@-]{1,128}$/;

/**
 * The API, ready to listen.
 * @param variables replace the process environment in tests
 * @throws ConfigurationError, StartError
 */
export async function createApp(variables = processVariables()): Promise<NestFastifyApplication> {
  const config = loadConfig(variables);
  const { http, monitoring } = config;
  const log = new Log(monitoring.logLevel);
  for (const { message, ...fields } of startWarnings(config)) log.warn(message, fields);
  const adapter = createAdapter(http, log);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.register(config), adapter, {
    // Nest's parsers would also accept forms.
    bodyParser: false,
    logger: log,
    abortOnError: false,
  });
  const fastify = adapter.getInstance();
  parseBodies(fastify);
  routeForms(fastify);
  provideRequestContext(fastify);
  refuseAmbiguousHeaders(fastify);
  handleClientErrors(fastify.server);
  addSecureHeaders(fastify, http);
  await allowOrigins(app, http, log);
  await app.register(cookie);
  serveOpenApi(app);
  if (http.localStackPage !== undefined) serveStartPage(app, http.localStackPage);
  await app.init();
  return app;
}

function createAdapter({ trustedProxies }: HttpConfig, log: Log): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit,
    requestTimeout,
    keepAliveTimeout,
    routerOptions: { maxParamLength: longestSegment },
    genReqId: acceptedId,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    frameworkErrors: handleBadUrl(log),
    // There is no middleware, and its hook would run for every request.
    skipMiddie: true,
    clientErrorHandler: handleUnreadableRequest,
    http: {
      // Node's own answer is an empty 400 without problem+json.
      requireHostHeader: false,
      // The default is 60 seconds, and Node applies the longer of the two timeouts to the whole request.
      headersTimeout: requestTimeout,
      connectionsCheckingInterval,
    },
    // Requests on open connections are answered during a shutdown; Fastify's 503 is no problem+json.
    return503OnClosing: false,
  });
}

function acceptedId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && requestId.test(given) ? given : randomUUID();
}

/** How long a browser may cache a preflight response. */
const preflightSeconds = 600;

/** The page of the local stack. Production has nothing at `/`. */
function serveStartPage(app: NestFastifyApplication, file: string): void {
  const page = readFileSync(file, 'utf8');
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get('/', async (_request, reply) => reply.type('text/html; charset=utf-8').send(page));
}

/** Distinct origins that are logged; callers choose them. */
const loggedOrigins = 100;

/** Enables CORS with credentials for the allowed origins only, and logs each other origin that asks. */
async function allowOrigins(app: NestFastifyApplication, http: HttpConfig, log: Log): Promise<void> {
  const isAllowed = originRule(http);
  const refused = new Set<string>();
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, _reply, done) => {
      const { origin = '', 'access-control-request-method': method } = request.headers;
      const shown = origin.slice(0, 200);
      const isPreflight = request.method === 'OPTIONS' && origin !== '' && method !== undefined;
      if (isPreflight && !isAllowed(origin) && !refused.has(shown) && refused.size < loggedOrigins) {
        refused.add(shown);
        log.warn('preflight refused: the origin is not allowed', { origin: shown, variable: 'CORS_ORIGINS' });
      }
      done();
    });
  if (http.corsOrigins.length === 0) return;
  await app.register(cors, {
    // A function, so that a response names only the origin of its request.
    origin: (origin, done) => done(null, origin !== undefined && isAllowed(origin) && origin),
    credentials: true,
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'X-Request-Id'],
    exposedHeaders: ['Retry-After', 'X-Request-Id'],
    maxAge: preflightSeconds,
    strictPreflight: false,
  });
}
