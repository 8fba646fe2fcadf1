import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { Log } from '../logging/log.js';

/** One answered request. */
export interface RequestEvent {
  requestId: string;
  method: string;
  /** The pattern of the route, never the URL. Undefined without a route. */
  route: string | undefined;
  status: number;
  ms: number;
  /** The code of the problem, or the outcome that the route recorded. */
  outcome: string | undefined;
}

type Listener = (request: RequestEvent) => void;

const outcomes = new WeakMap<FastifyReply, string>();

/** @param outcome of a small set of values, because it is a metric label */
export function recordOutcome(reply: FastifyReply, outcome: string): void {
  outcomes.set(reply, outcome);
}

/** Routes that monitoring polls every few seconds. */
const polled = new Set(['/health/live', '/health/ready', '/metrics']);

/** Logs each request, and notifies listeners, after the response was sent. */
@Injectable()
export class RequestEvents implements OnModuleInit {
  private readonly listeners: Listener[] = [];

  constructor(
    @Inject(HttpAdapterHost) private readonly host: Partial<HttpAdapterHost<FastifyAdapter>>,
    private readonly log: Log,
  ) {}

  listen(listener: Listener): void {
    this.listeners.push(listener);
  }

  /** Without HTTP, as in commands, there is no adapter. */
  onModuleInit(): void {
    this.host.httpAdapter?.getInstance().addHook('onResponse', (request, reply, done) => {
      const finished: RequestEvent = {
        requestId: request.id,
        method: request.method,
        route: request.routeOptions.url,
        status: reply.statusCode,
        ms: reply.elapsedTime,
        outcome: outcomes.get(reply),
      };
      this.logRequest(finished);
      for (const listener of this.listeners) listener(finished);
      done();
    });
  }

  /** One line per request: the pattern of the route, never the URL, headers or body. */
  private logRequest({ requestId, method, route = 'unknown', status, ms, outcome }: RequestEvent): void {
    const level = polled.has(route) && status < 400 ? 'debug' : 'info';
    this.log[level]('request', { requestId, method, route, status, outcome, ms: Math.round(ms) });
  }
}
