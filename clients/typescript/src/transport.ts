import { toUsherError, UsherError, UsherUnreachableError } from './errors.js';
import { routes } from './operations.js';
import type { CallOptions, OperationId, Schema } from './types.js';

export interface TransportOptions {
  /** `tokens` (default), or `cookie`: browsers keep the session in an HttpOnly cookie, and the client never sees a token. */
  session?: Schema<'SessionResponse'>['session'];
  /** Such as `https://api.example.com`. Empty for the origin of the page. */
  baseUrl: string;
  /** Sent with every request, such as `accept-language` for the language of error texts. */
  headers?: Record<string, string>;
  /** By default the global one. */
  fetch?: typeof fetch;
}

export type Send = (
  id: OperationId,
  input?: object,
  options?: CallOptions & { accessToken?: string | undefined },
) => Promise<unknown>;

/** @returns a function that sends one request. It throws UsherError, UsherUnreachableError and the reason of the signal. */
export function createTransport(options: TransportOptions): Send {
  const { baseUrl, session: transport, headers: common, fetch = globalThis.fetch } = options;
  const root = baseUrl.replace(/\/+$/, '');

  return async (id, input = {}, { signal, accessToken } = {}) => {
    const { method, path, query = [], header = [], hasBody = false, session } = routes[id];
    const rest = new Map<string, unknown>(Object.entries(input));
    const take = (name: string) => {
      const value = rest.get(name);
      rest.delete(name);
      return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    };
    const address = path.replace(/\{(\w+)\}/g, (_all, name: string) => segment(name, take(name)));
    const search = new URLSearchParams(pairs(query, take)).toString();
    const headers = new Headers({ ...common, ...Object.fromEntries(pairs(header, take)) });
    if (hasBody) headers.set('content-type', 'application/json');
    if (accessToken !== undefined) headers.set('authorization', `Bearer ${accessToken}`);
    const body = hasBody ? JSON.stringify(Object.fromEntries(rest)) : null;
    // With tokens, never the session cookie that another part of the site may have, but the device cookie of sign-ins, which
    // keeps strangers' guesses from locking the user out.
    const withCookies = transport === 'cookie' || session === undefined || accessToken !== undefined;
    const credentials = withCookies ? 'include' : 'omit';
    const request: RequestInit = { method, headers, body, credentials, signal: signal ?? null };
    try {
      return await read(await fetch(root + address + (search && `?${search}`), request));
    } catch (error) {
      if (signal?.aborted || error instanceof UsherError || error instanceof UsherUnreachableError)
        throw error;
      throw new UsherUnreachableError(undefined, { cause: error });
    }
  };
}

/** @throws TypeError for a value that would change the path */
function segment(name: string, value: string): string {
  if (/^\.{0,2}$/.test(value)) throw new TypeError(`${name} is missing`);
  return encodeURIComponent(value);
}

const pairs = (names: string[], take: (name: string) => string): [string, string][] =>
  names.map((name): [string, string] => [name, take(name)]).filter(([, value]) => value !== '');

async function read(response: Response): Promise<unknown> {
  const { ok, status } = response;
  const [type] = (response.headers.get('content-type') ?? '').split(';');
  if (ok && (status === 202 || status === 204)) return undefined;
  if (ok && type === 'application/json') return response.json();
  if (ok && type === 'text/plain') return response.text();
  if (!ok && type === 'application/problem+json') throw toUsherError((await response.json()) as object);
  // Such as a page of a proxy, or of an application that answers every address.
  throw new UsherUnreachableError(status);
}
