import { codeOf } from '../../platform/errors/code-of.js';
import { HostError } from './host-error.js';

export interface HerokuAccess {
  /** Name or id of the app (HEROKU_APP). */
  app: string;
  /** HEROKU_API_KEY. */
  apiKey: string;
  /** Default: https://api.heroku.com */
  baseUrl?: string;
  /** Of one request, in milliseconds. */
  timeoutMs?: number;
}

/** Heroku gives 200 items at a time, and an app can have a thousand domains. */
const mostPages = 100;

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

  /** All items of a list. 206 says that there are more, and `Next-Range` how to ask for them. */
  async list(path: string): Promise<unknown[]> {
    const items: unknown[] = [];
    let range: string | undefined;
    for (let page = 0; page < mostPages; page += 1) {
      const { response, body } = await this.exchange('GET', path, { range });
      if (!Array.isArray(body)) throw new HostError('unavailable', `Heroku's list of ${path} is no list.`);
      items.push(...(body as unknown[]));
      range = response.headers.get('next-range') ?? undefined;
      if (response.status !== 206 || range === undefined) return items;
    }
    throw new HostError('unavailable', `Heroku's list of ${path} does not end.`);
  }

  /** The answer's body. */
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
        // What is sent, a private key among it, is for this address only.
        redirect: 'manual',
        signal,
      });
      const body = parse(await response.text());
      if (!response.ok) throw refusal(response.status, idOf(body), path);
      return { response, body };
    } catch (error) {
      throw error instanceof HostError ? error : this.unreachable(error, signal);
    }
  }

  private headers(): Headers {
    const { apiKey } = this.access;
    // `Headers` quotes a value that it does not like in its error.
    if (!/^[\x21-\x7e]+$/.test(apiKey)) {
      throw new HostError('misconfigured', 'HEROKU_API_KEY is empty, or has characters that no key has.');
    }
    return new Headers({
      accept: 'application/vnd.heroku+json; version=3',
      authorization: `Bearer ${apiKey}`,
      'user-agent': 'usher',
    });
  }

  private unreachable(error: unknown, { aborted }: AbortSignal): HostError {
    const why = aborted ? `no answer within ${this.timeoutMs} ms` : (codeOf(error) ?? 'connection broken');
    return new HostError('unavailable', `Heroku's API could not be reached (${why}).`);
  }
}

interface Request {
  range?: string | undefined;
  content?: object | undefined;
}

/** Undefined for what is no JSON: the page of a proxy, or nothing at all. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Heroku's `id` of an error is one of a short list; its `message` is free text, which can quote what was sent. */
function idOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('id' in body)) return undefined;
  return typeof body.id === 'string' && /^[a-z_]{1,40}$/.test(body.id) ? body.id : undefined;
}

function refusal(status: number, id: string | undefined, path: string): HostError {
  const answer = `${status}${id === undefined ? '' : ` ${id}`}`;
  if (status === 429 || status >= 500) {
    return new HostError('unavailable', `Heroku cannot take requests at the moment (${answer}).`);
  }
  if (status === 401 || status === 403) {
    return new HostError('misconfigured', `Heroku does not accept HEROKU_API_KEY for this app (${answer}).`);
  }
  if (status === 404) {
    return new HostError(
      'misconfigured',
      `Heroku does not find the app of HEROKU_APP, or its ${path} (${answer}).`,
    );
  }
  if (status < 400) {
    return new HostError('misconfigured', `The address of Heroku's API leads elsewhere (${answer}).`);
  }
  return new HostError('refused', `Heroku refused the request for ${path} (${answer}).`);
}
