import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '../config/config.js';

const nothing = ["'none'"];

/** Answers are data: a browser that is made to show one as a page shall load and run nothing. */
const closed = {
  useDefaults: false,
  directives: { defaultSrc: nothing, baseUri: nothing, formAction: nothing, frameAncestors: nothing },
};

/** What Swagger UI needs: its own script and style, pictures inside the style, and calls to this API. */
export const docsPolicy: FastifyHelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      ...closed.directives,
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
    },
  },
};

/** For answers that are given before there is a route, which no hook reaches. */
export const unroutedHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
};

const oneYearSeconds = 31_536_000;

/** Headers that make browsers careful with what we send (OWASP, "HTTP Security Response Headers Cheat Sheet"). */
export async function addSecureHeaders(app: NestFastifyApplication, { http }: Config): Promise<void> {
  const isHttps = http.publicUrl.protocol === 'https:';
  await app.register(helmet, {
    contentSecurityPolicy: closed,
    // Only for this host: what runs on hosts below it is not ours to decide.
    strictTransportSecurity: isHttps && { maxAge: oneYearSeconds, includeSubDomains: false },
    xFrameOptions: { action: 'deny' },
  });
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async (_request, reply) => {
      // Answers hold tokens and personal data; the files of /docs say otherwise themselves.
      reply.header('cache-control', 'no-store');
    });
}
