import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

// One for the process, so that every log line can say which request it belongs to.
const ids = new AsyncLocalStorage<string>();

/** Which HTTP request is under way. Undefined outside of requests: at start, in the background, in commands. */
export const currentRequestId = (): string | undefined => ids.getStore();

/** For work that a request sets off and that is not its own. */
export const outsideOfRequests = <Result>(work: () => Result): Result => ids.exit(work);

/** Which HTTP request is under way, so that whoever is asked on its behalf can log the same id. */
@Injectable()
export class CurrentRequest {
  get id(): string | undefined {
    return currentRequestId();
  }

  run<Result>(id: string, work: () => Result): Result {
    return ids.run(id, work);
  }
}

/** Whatever is done for a request runs in its context, from here on; Fastify keeps to it across the reading of a body. */
export function followRequests(fastify: FastifyInstance, currentRequest: CurrentRequest): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    currentRequest.run(request.id, done);
  });
}
