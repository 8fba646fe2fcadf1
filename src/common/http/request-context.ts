import { AsyncLocalStorage } from 'node:async_hooks';
import type { FastifyInstance } from 'fastify';
import { storableAddress } from './addresses.js';

/** The HTTP request that the current code runs for. */
export interface RequestContext {
  id: string;
  /** The caller's IP address, after `TRUSTED_PROXIES`; `null` when a proxy sends something else. */
  address: string | null;
}

const contexts = new AsyncLocalStorage<RequestContext>();

/** Undefined outside of requests: at start, in jobs, in commands. */
export const requestContext = (): RequestContext | undefined => contexts.getStore();

/** Runs `work` without a request context, for background work that a request triggers. */
export const runOutsideRequest = <Result>(work: () => Result): Result => contexts.exit(work);

/** Runs each request in its context. Fastify keeps the context while it reads the body. */
export function provideRequestContext(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    // Read here, because a closed socket has no address.
    const address = storableAddress(request.ip);
    contexts.run({ id: request.id, address }, done);
  });
}
