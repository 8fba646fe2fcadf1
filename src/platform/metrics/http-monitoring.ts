import { Injectable } from '@nestjs/common';
import { Histogram, Registry } from 'prom-client';
import { FinishedRequests } from '../http/finished-requests.js';

/** Seconds. Refusals are held for one and a half, a move takes one or two. */
const buckets = [0.05, 0.25, 1, 2.5, 5, 10];

@Injectable()
export class HttpMonitoring {
  constructor(registry: Registry, requests: FinishedRequests) {
    const duration = new Histogram({
      name: 'usher_http_request_duration_seconds',
      help: 'Requests, from the head until the answer was sent',
      labelNames: ['method', 'route', 'status'],
      buckets,
      registers: [registry],
    });
    requests.listen(({ method, route, status, ms }) => {
      const kind = `${Math.floor(status / 100)}xx`;
      // Whoever asks for what is not there chooses the method as well.
      const labels =
        route === undefined
          ? { method: 'any', route: 'unknown', status: kind }
          : { method, route, status: kind };
      duration.observe(labels, ms / 1000);
    });
  }
}
