import type { Problem, SessionMode, SignInResponse } from '#contracts';

export interface Answer<Body> {
  status: number;
  headers: Headers;
  body: Body;
  text: string;
}

type AnyBody = Partial<Problem> & SignInResponse & Record<string, unknown>;

export interface Call {
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent unchanged. */
  raw?: string | Uint8Array<ArrayBuffer>;
}

/** A client of the API in the role of a front end. */
export interface ApiClient {
  /** By name; stored only with `keepsCookies`. */
  cookies: Map<string, string>;
  call(method: string, path: string, call?: Call): Promise<Answer<AnyBody>>;
  get(path: string, headers?: Record<string, string>): Promise<Answer<AnyBody>>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<AnyBody>>;
  delete(path: string, headers?: Record<string, string>): Promise<Answer<AnyBody>>;
  signIn(email: string, password: string, session?: SessionMode): Promise<Answer<AnyBody>>;
}

interface ClientOptions {
  /** Stores and sends cookies like a browser. */
  keepsCookies?: boolean;
  /** `manual`: answers a redirect instead of following it. */
  redirect?: 'follow' | 'manual';
}

export function apiClient(
  url: string,
  { keepsCookies = false, redirect = 'follow' }: ClientOptions = {},
): ApiClient {
  const cookies = new Map<string, string>();
  const call: ApiClient['call'] = async (method, path, { headers, body, raw } = {}) => {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(url + path, {
      method,
      redirect,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(cookie !== '' && { cookie }),
        ...headers,
      },
      body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
    });
    if (keepsCookies) keep(cookies, response.headers.getSetCookie());
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: (isJson ? JSON.parse(text) : {}) as AnyBody,
    };
  };
  const post: ApiClient['post'] = (path, body, headers) => call('POST', path, { body, headers });
  return {
    cookies,
    call,
    get: (path, headers) => call('GET', path, { headers }),
    post,
    delete: (path, headers) => call('DELETE', path, { headers }),
    signIn: (email, password, session) => post('/auth/sign-in', { email, password, session }),
  };
}

function keep(cookies: Map<string, string>, setCookies: string[]): void {
  for (const setCookie of setCookies) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(setCookie) ?? [];
    const expires = /; Expires=([^;]+)/i.exec(setCookie)?.[1];
    const isOver = /; Max-Age=0/i.test(setCookie) || (expires && Date.parse(expires) < Date.now());
    if (isOver) cookies.delete(name);
    else cookies.set(name, value);
  }
}
