import cors from '@fastify/cors';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** How long a browser may remember the answer to a preflight. */
const preflightSeconds = 600;

/** Lets pages of these origins, and of no others, call from a browser, with cookies. Without any, CORS stays closed. */
export async function allowOrigins(app: NestFastifyApplication, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  await app.register(cors, {
    // Asked for each request, so that an answer never says more than what concerns its own origin.
    origin: (origin, done) => done(null, origin !== undefined && origins.includes(origin) && origin),
    credentials: true,
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'X-Request-Id'],
    exposedHeaders: ['Retry-After', 'X-Request-Id'],
    maxAge: preflightSeconds,
    strictPreflight: false,
  });
}
