import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/** Which HTTP request is under way, so that whoever is asked on its behalf can log the same id. */
@Injectable()
export class CurrentRequest {
  private readonly ids = new AsyncLocalStorage<string>();

  /** Undefined outside of requests: at start, in the background, in commands. */
  get id(): string | undefined {
    return this.ids.getStore();
  }

  run<Result>(id: string, work: () => Result): Result {
    return this.ids.run(id, work);
  }
}

/** Whatever is done for a request runs in its context, from here on; Fastify keeps to it across the reading of a body. */
export function followRequests(fastify: FastifyInstance, currentRequest: CurrentRequest): void {
  fastify.addHook('onRequest', (request, _reply, done) => currentRequest.run(request.id, done));
}
