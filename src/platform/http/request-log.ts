import type { Log } from '../logging/log.js';
import type { FinishedRequests } from './finished-requests.js';

/** Asked by machines every few seconds. */
const polled = new Set(['/health/live', '/health/ready', '/metrics']);

/** One line a request: the route's pattern, never its address, query, headers or body. */
export function logRequests(requests: FinishedRequests, log: Log): void {
  requests.listen(({ requestId, method, route = 'unknown', status, ms, outcome }) => {
    const level = polled.has(route) && status < 400 ? 'debug' : 'info';
    log[level]('request', { requestId, method, route, status, outcome, ms: Math.round(ms) });
  });
}
