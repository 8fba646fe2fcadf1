import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { RequestEvents } from '../http/request-events.js';

/** Seconds. A refusal takes 1.5 s, a migration one to two. */
const buckets = [0.05, 0.25, 1, 2.5, 5, 10];

@Injectable()
export class HttpMonitoring {
  constructor(registry: Registry, requests: RequestEvents) {
    const duration = new Histogram({
      name: 'usher_http_request_duration_seconds',
      help: 'Duration of requests, from the request headers to the end of the response',
      labelNames: ['method', 'route', 'status'],
      buckets,
      registers: [registry],
    });
    requests.listen(({ method, route, status, ms }) => {
      const statusClass = `${Math.floor(status / 100)}xx`;
      // Without a route the client chooses the method freely; a label must not have unbounded values.
      const labels =
        route === undefined
          ? { method: 'any', route: 'unknown', status: statusClass }
          : { method, route, status: statusClass };
      duration.observe(labels, ms / 1000);
    });
  }
}

/** A registry with Node's own metrics. */
export function createRegistry(): Registry {
  const registry = new Registry();
  // CPU, memory, event loop.
  collectDefaultMetrics({ register: registry });
  return registry;
}
