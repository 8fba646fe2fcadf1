import { systemErrorCode } from '../../common/errors/system-error-code.js';
import { HostError } from './certificate-host.js';

export interface HerokuAccess {
  /** Name or id of the app (HEROKU_APP). */
  app: string;
  /** HEROKU_API_KEY. */
  apiKey: string;
  /** Default: https://api.heroku.com */
  baseUrl?: string;
  /** Per request. */
  timeoutMs?: number;
}

/** Heroku returns 200 items per page, and an app can have 1000 domains. */
const maxPages = 100;

/**
 * One app at Heroku's Platform API, version 3.
 * https://devcenter.heroku.com/articles/platform-api-reference (sections Clients, Errors, Ranges)
 */
export class HerokuClient {
  private readonly base: string;
  private readonly timeoutMs: number;

  constructor(private readonly access: HerokuAccess) {
    const { app, baseUrl = 'https://api.heroku.com', timeoutMs = 20_000 } = access;
    this.base = `${baseUrl.replace(/\/+$/, '')}/apps/${encodeURIComponent(app)}`;
    this.timeoutMs = timeoutMs;
  }

  /** Returns all items: status 206 means that there are more, and `Next-Range` requests them. */
  async list(path: string): Promise<unknown[]> {
    const items: unknown[] = [];
    let range: string | undefined;
    for (let page = 0; page < maxPages; page += 1) {
      const { response, body } = await this.exchange('GET', path, { range });
      if (!Array.isArray(body))
        throw new HostError('unavailable', `Heroku's response for ${path} is not a list.`);
      items.push(...(body as unknown[]));
      range = response.headers.get('next-range') ?? undefined;
      if (response.status !== 206 || range === undefined) return items;
    }
    throw new HostError('unavailable', `Heroku's list of ${path} does not end.`);
  }

  /** Returns the body of the response. */
  async send(method: 'POST' | 'PATCH', path: string, content: object): Promise<unknown> {
    const { body } = await this.exchange(method, path, { content });
    return body;
  }

  private async exchange(method: string, path: string, { range, content }: Request) {
    const headers = this.headers();
    if (range !== undefined) headers.set('range', range);
    if (content !== undefined) headers.set('content-type', 'application/json');
    const signal = AbortSignal.timeout(this.timeoutMs);
    try {
      const response = await fetch(`${this.base}/${path}`, {
        method,
        headers,
        body: content && JSON.stringify(content),
        // The request carries a private key, which must not go to another address.
        redirect: 'manual',
        signal,
      });
      const body = parse(await response.text());
      if (!response.ok) throw errorForStatus(response.status, errorIdOf(body), path);
      return { response, body };
    } catch (error) {
      throw error instanceof HostError ? error : this.unreachable(error, signal);
    }
  }

  private headers(): Headers {
    const { apiKey } = this.access;
    // The error of `Headers` would quote an invalid value.
    if (!/^[\x21-\x7e]+$/.test(apiKey)) {
      throw new HostError('misconfigured', 'HEROKU_API_KEY is empty or has invalid characters.');
    }
    return new Headers({
      accept: 'application/vnd.heroku+json; version=3',
      authorization: `Bearer ${apiKey}`,
      'user-agent': 'usher',
    });
  }

  private unreachable(error: unknown, { aborted }: AbortSignal): HostError {
    const reason = aborted
      ? `no answer within ${this.timeoutMs} ms`
      : (systemErrorCode(error) ?? 'connection broken');
    return new HostError('unavailable', `Heroku's API could not be reached (${reason}).`);
  }
}

interface Request {
  range?: string | undefined;
  content?: object | undefined;
}

/** Returns `undefined` for anything but JSON, such as the error page of a proxy. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The `id` of an error is a fixed code. Its `message` is free text and can quote the request. */
function errorIdOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('id' in body)) return undefined;
  return typeof body.id === 'string' && /^[a-z_]{1,40}$/.test(body.id) ? body.id : undefined;
}

function errorForStatus(status: number, id: string | undefined, path: string): HostError {
  const answer = `${status}${id === undefined ? '' : ` ${id}`}`;
  if (status === 429 || status >= 500) {
    return new HostError('unavailable', `Heroku cannot process requests at the moment (${answer}).`);
  }
  if (status === 401 || status === 403) {
    return new HostError('misconfigured', `Heroku does not accept HEROKU_API_KEY for this app (${answer}).`);
  }
  if (status === 404) {
    return new HostError(
      'misconfigured',
      `Heroku did not find the app HEROKU_APP, or its ${path} (${answer}).`,
    );
  }
  if (status < 400) {
    return new HostError('misconfigured', `Heroku's API answered with a redirect (${answer}).`);
  }
  return new HostError('refused', `Heroku refused the request for ${path} (${answer}).`);
}
