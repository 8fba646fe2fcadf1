import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Services } from '../context.js';
import { invalidParameter, ServiceError } from './errors.js';
import { answerJson, parseJson, readBody } from './http.js';

const loopback = ['127.0.0.1', '::1', '::ffff:127.0.0.1'];

type Route = (services: Services, query: URLSearchParams, body: unknown) => object;

/** Endpoints for developers that Cognito does not have. */
const routes = new Map<string, Route>([
  [
    'GET /_inspect/deliveries',
    ({ deliveries }, query) => selectDeliveries(deliveries.list(), query.get('to')),
  ],
  ['GET /_inspect/clock', ({ clock }) => ({ now: new Date(clock.now()).toISOString() })],
  ['POST /_inspect/clock', moveClock],
  ['GET /_inspect/faults', ({ faults }) => faults.list()],
  ['PUT /_inspect/faults', replaceFaults],
  ['GET /_inspect/account', ({ account }) => account.describe()],
  ['PUT /_inspect/account', replaceAccount],
]);

export function isInspection(path: string): boolean {
  return path.startsWith('/_inspect/');
}

export async function serveInspection(
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isFromHere(request))
    return answerJson(response, 403, { message: 'Only callers on the same machine.' });
  const { pathname, searchParams } = new URL(request.url ?? '/', services.url);
  const route = routes.get(`${request.method} ${pathname}`);
  if (!route) return answerJson(response, 404, { message: 'Nothing here.' });
  try {
    const body = request.method === 'GET' ? undefined : await readJson(request);
    answerJson(response, 200, route(services, searchParams, body));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    answerJson(response, error.status, { message: error.message });
  }
}

/** Refuses requests of web pages of other origins in a browser on this machine. */
function isFromHere({ socket, headers }: IncomingMessage): boolean {
  const host = (headers.host ?? '').replace(/:\d+$/, '');
  const isNamed = ['localhost', '127.0.0.1', '[::1]'].includes(host);
  return loopback.includes(socket.remoteAddress ?? '') && isNamed && headers.origin === undefined;
}

const readJson = async (request: IncomingMessage): Promise<unknown> => parseJson(await readBody(request));

const selectDeliveries = <T extends { destination: string }>(sent: T[], to: string | null) =>
  to === null ? sent : sent.filter(({ destination }) => destination === to);

function moveClock({ clock }: Services, _query: URLSearchParams, body: unknown): object {
  const seconds = (body as { advanceBySeconds?: unknown } | null)?.advanceBySeconds;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) {
    throw invalidParameter('The clock is moved with { "advanceBySeconds": number }.');
  }
  clock.advanceBy(seconds * 1000);
  return { now: new Date(clock.now()).toISOString() };
}

function replaceFaults({ faults }: Services, _query: URLSearchParams, body: unknown): object {
  faults.replace(body);
  return faults.list();
}

function replaceAccount({ account }: Services, _query: URLSearchParams, body: unknown): object {
  account.replace(body);
  return account.describe();
}
