import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** What became of one request. */
export interface FinishedRequest {
  requestId: string;
  method: string;
  /** The pattern of the route, never the address. Undefined where there is none. */
  route: string | undefined;
  status: number;
  ms: number;
  /** The code of the problem it was answered with, or what the route says of it. */
  outcome: string | undefined;
}

type Listener = (request: FinishedRequest) => void;

const outcomes = new WeakMap<FastifyReply, string>();

/** @param outcome one of a few words, for the log and the metrics */
export function noteOutcome(reply: FastifyReply, outcome: string): void {
  outcomes.set(reply, outcome);
}

/** Tells those who log and count about every request, once it was answered. */
@Injectable()
export class FinishedRequests {
  private readonly listeners: Listener[] = [];

  listen(listener: Listener): void {
    this.listeners.push(listener);
  }

  follow(fastify: FastifyInstance): void {
    fastify.addHook('onResponse', (request, reply, done) => {
      const finished: FinishedRequest = {
        requestId: request.id,
        method: request.method,
        route: request.routeOptions.url,
        status: reply.statusCode,
        ms: reply.elapsedTime,
        outcome: outcomes.get(reply),
      };
      for (const listener of this.listeners) listener(finished);
      done();
    });
  }
}
