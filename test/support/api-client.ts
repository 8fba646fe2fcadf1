import type { Problem, SignInResponse } from '#contracts';

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
  /** Sent as it is. */
  raw?: string | Buffer;
}

/** A front end's view of the API. */
export interface ApiClient {
  call(method: string, path: string, call?: Call): Promise<Answer<AnyBody>>;
  get(path: string, headers?: Record<string, string>): Promise<Answer<AnyBody>>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer<AnyBody>>;
  signIn(email: string, password: string): Promise<Answer<AnyBody>>;
}

export function apiClient(url: string): ApiClient {
  const call: ApiClient['call'] = async (method, path, { headers, body, raw } = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
    });
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
    call,
    get: (path, headers) => call('GET', path, { headers }),
    post,
    signIn: (email, password) => post('/auth/sign-in', { email, password }),
  };
}
