import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createUsherClient,
  memoryStorage,
  type TokenStorage,
  type UsherClientOptions,
  UsherError,
  UsherUnreachableError,
} from '../../clients/typescript/src/index.js';
import { personWith } from '../support/builders/admins.js';
import { credentials, createPoolUser, invite, temporaryPassword } from '../support/builders/pool-users.js';
import { rotation } from '../support/builders/test-pool.js';
import { ada, bearer, bob } from '../support/drivers/sessions.js';
import { exception } from '../support/fakes/cognito-proxy.js';
import { openUsher } from '../support/drivers/usher.js';

const specification = JSON.parse(readFileSync(join(import.meta.dirname, '../../openapi.json'), 'utf8')) as {
  paths: Record<string, Record<string, { operationId: string }>>;
};

describe('the TypeScript client', () => {
  const usher = openUsher({ client: rotation(60), environment: { RATE_LIMITS: 'on' } });

  /** Passes requests on, records them as `POST /auth/refresh 200`, and keeps cookies like a browser. */
  function browserFetch() {
    const requests: string[] = [];
    const cookies = new Map<string, string>();
    const send: typeof fetch = async (input, init = {}) => {
      const headers = new Headers(init.headers);
      // As for a page of another origin.
      if (init.credentials === 'include')
        headers.set('cookie', [...cookies].map((pair) => pair.join('=')).join('; '));
      const response = await fetch(input, { ...init, headers });
      for (const [name = '', value = ''] of response.headers.getSetCookie().map((each) => each.split(/[=;]/)))
        cookies.set(name, value);
      requests.push(`${init.method} ${new URL(response.url).pathname} ${response.status}`);
      return response;
    };
    return { send, requests, cookies };
  }

  /** Runs `action` before the client sees the first refusal. */
  function afterRefusal(action: () => Promise<unknown>) {
    const { send, requests } = browserFetch();
    let isFirst = true;
    const sendFirst: typeof fetch = async (input, init) => {
      const response = await send(input, init);
      if (response.status === 401 && isFirst) {
        isFirst = false;
        await action();
      }
      return response;
    };
    return { send: sendFirst, requests };
  }

  function open(options: Partial<UsherClientOptions> = {}) {
    const tokens = memoryStorage();
    const ends: string[] = [];
    const { send, requests, cookies } = browserFetch();
    const client = createUsherClient({
      baseUrl: usher.url,
      fetch: send,
      tokens,
      onSessionEnd: ({ code }) => ends.push(code),
      ...options,
    });
    const refreshes = () => requests.filter((request) => request.startsWith('POST /auth/refresh'));
    return { client, send, tokens, ends, requests, cookies, refreshes };
  }

  const signIn = async (person = ada, options: Partial<UsherClientOptions> = {}) => {
    const opened = open(options);
    await opened.client.signIn({ email: person.email, password: person.password });
    return opened;
  };

  /** Replaces the access token by one that Usher refuses. */
  async function spoil(tokens: TokenStorage): Promise<string> {
    const kept = await tokens.get();
    if (kept === undefined) throw new Error('signed out');
    await tokens.set({ ...kept, accessToken: `${kept.accessToken.slice(0, -8)}AAAAAAAA` });
    return kept.refreshToken;
  }

  async function expire(tokens: TokenStorage): Promise<void> {
    const kept = await tokens.get();
    await tokens.set(kept && { ...kept, expiresAt: Date.now() - 1 });
  }

  const errorOf = async (call: Promise<unknown>): Promise<UsherError> => {
    const error = await call.then(
      () => 'no error',
      (reason: unknown) => reason,
    );
    if (!(error instanceof UsherError)) throw new Error(`not an UsherError: ${String(error)}`);
    return error;
  };

  it('has one method for each operation of openapi.json', () => {
    const ids = Object.values(specification.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    const methods = Object.keys(open().client).filter((name) => name !== 'accessToken');
    expect(methods.sort()).toEqual(ids.sort());
  });

  it('signs in, sends the access token and signs out', async () => {
    const { client, tokens, requests, ends } = open();
    const answer = await client.signIn({ email: ada.email, password: ada.password });
    expect(answer).toMatchObject({ user: { email: ada.email } });
    expect((await client.getMe()).email).toBe(ada.email);
    const accessToken = await client.accessToken();
    expect((await usher.api.get('/users/me', bearer(accessToken ?? ''))).status).toBe(200);
    expect(await client.signOut()).toBeUndefined();
    expect(await tokens.get()).toBeUndefined();
    expect((await usher.api.get('/users/me', bearer(accessToken ?? ''))).status).toBe(401);
    expect((await errorOf(client.getMe())).code).toBe('auth.token_invalid');
    expect(requests).toEqual([
      'POST /auth/sign-in 200',
      'GET /users/me 200',
      'POST /auth/sign-out 204',
      'GET /users/me 401',
    ]);
    expect(ends).toEqual([]);
  });

  it('continues a sign-in with the answers to a challenge', async () => {
    const email = 'invited@example.org';
    await invite(usher, email);
    const { client } = open();
    const answer = await client.signIn(credentials(email, temporaryPassword));
    if (!('challenge' in answer)) throw new Error('no challenge');
    const { session, asks, name } = answer.challenge;
    expect({ name, asks }).toEqual({ name: 'NEW_PASSWORD_REQUIRED', asks: ['NEW_PASSWORD'] });
    await client.answerChallenge({ session, answers: { NEW_PASSWORD: 'chosen-password-1' } });
    expect((await client.getMe()).email).toBe(email);
  });

  it('puts parameters of the path, the query and the body where they belong', async () => {
    const { id } = await personWith(usher, 'someone@example.org');
    const email = 'admin@example.org';
    await personWith(usher, email, 'admin');
    const { client } = await signIn({ ...ada, ...credentials(email) });
    await client.setUserRoles({ id, roles: ['editor'] });
    expect((await client.getUser({ id })).roles).toEqual(['editor']);
    const { users } = await client.findUsers({ search: 'someone@', limit: 1 });
    expect(users.map((user) => user.id)).toEqual([id]);
    expect((await client.updateMe({ profile: { theme: 'dark' } })).profile).toEqual({ theme: 'dark' });
    const [session] = await client.listSessions();
    expect(await client.revokeSession({ id: session?.id ?? '' })).toBeUndefined();
    await expect(client.getUser({ id: '..' })).rejects.toThrow(TypeError);
    expect(await open().client.forgotPassword({ email: ada.email })).toBeUndefined();
    expect(await open().client.getMetrics()).toContain('# HELP');
  });

  it('refreshes once for ten calls in flight whose access token is refused', async () => {
    const { client, tokens, requests, refreshes } = await signIn();
    for (const round of [1, 2]) {
      const used = await spoil(tokens);
      requests.length = 0;
      const answers = await Promise.all(Array.from({ length: 10 }, () => client.getMe()));
      expect(answers.map(({ email }) => email)).toEqual(Array(10).fill(ada.email));
      expect({ round, refreshes: refreshes() }).toEqual({ round, refreshes: ['POST /auth/refresh 200'] });
      expect(requests.filter((request) => request === 'GET /users/me 401')).toHaveLength(10);
      // With rotation each refresh token can be used once.
      expect((await tokens.get())?.refreshToken).not.toBe(used);
    }
  });

  it('refreshes before the access token expires', async () => {
    const { client, tokens, requests } = await signIn();
    await expire(tokens);
    requests.length = 0;
    await Promise.all([client.getMe(), client.listSessions()]);
    expect(requests.sort()).toEqual([
      'GET /auth/sessions 200',
      'GET /users/me 200',
      'POST /auth/refresh 200',
    ]);
    expect(await client.refreshSession()).toMatchObject({ tokens: { tokenType: 'Bearer' } });
  });

  it('uses the tokens that another tab has refreshed', async () => {
    const { client: other, tokens } = await signIn();
    const { send, requests } = afterRefusal(() => other.getMe());
    const { client } = open({ tokens, fetch: send });
    await spoil(tokens);
    expect((await client.getMe()).email).toBe(ada.email);
    // Usher takes a later second use of a refresh token for a theft.
    expect(requests).toEqual(['GET /users/me 401', 'GET /users/me 200']);
  });

  it('throws the original error and drops the tokens when the refresh is refused', async () => {
    const { client, tokens, ends, refreshes } = await signIn(bob);
    const own = await client.accessToken();
    await usher.api.post('/auth/sign-out-everywhere', undefined, bearer(own ?? ''));
    const errors = await Promise.all(Array.from({ length: 10 }, () => errorOf(client.listSessions())));
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['auth.token_invalid']));
    expect(new Set(errors.map(({ problem }) => problem.requestId)).size).toBe(10);
    expect({ ends, refreshes: refreshes() }).toEqual({
      ends: ['auth.token_invalid'],
      refreshes: ['POST /auth/refresh 401'],
    });
    expect(await tokens.get()).toBeUndefined();
  });

  it('keeps the tokens when Cognito is unavailable', async () => {
    const { client, tokens, ends } = await signIn();
    await spoil(tokens);
    usher.proxy.answerWith('GetTokensFromRefreshToken', exception('InternalErrorException', '', 500));
    const error = await errorOf(client.getMe());
    expect({ code: error.code, status: error.status, ends }).toEqual({
      code: 'cognito.unavailable',
      status: 503,
      ends: [],
    });
    expect(error.retryAfter).toBeGreaterThan(0);
    usher.proxy.forwardAll();
    expect((await client.getMe()).email).toBe(ada.email);
  });

  it('does not repeat a request of one user with the tokens of the next', async () => {
    const { send } = afterRefusal(() => client.signIn({ email: bob.email, password: bob.password }));
    const { client, tokens } = await signIn(ada, { fetch: send });
    await spoil(tokens);
    expect((await errorOf(client.updateMe({ firstName: 'Not Bob' }))).code).toBe('auth.token_invalid');
    expect(await client.getMe()).toMatchObject({ email: bob.email, firstName: bob.first_name });
  });

  it('throws refusals as UsherError with the code, in the chosen language', async () => {
    const { client, requests } = open({ headers: { 'accept-language': 'de' } });
    const error = await errorOf(client.signIn({ email: ada.email, password: ada.wrong_password }));
    expect(error).toMatchObject({ name: 'UsherError', code: 'auth.invalid_credentials', status: 401 });
    expect(error.message).toMatch(/E-Mail-Adresse/);
    expect(requests).toEqual(['POST /auth/sign-in 401']);
  });

  it('throws the errors of fields with code and limits', async () => {
    const email = 'fields@example.org';
    await createPoolUser(usher, email);
    const { client } = await signIn({ ...ada, ...credentials(email) });
    const { problem, errors } = await errorOf(
      client.changePassword({ currentPassword: credentials(email).password, password: 'short-1' }),
    );
    if (problem.code !== 'passwords.policy') throw new Error(problem.code);
    expect(problem.errors).toEqual([
      { field: 'password', code: 'too_short', params: { minimum: 8 }, message: expect.any(String) },
    ]);
    expect(errors).toBe(problem.errors);
  });

  it('has a list of field errors also if Cognito names no field', async () => {
    const type = 'application/problem+json; charset=utf-8';
    const body = { status: 422, code: 'request.invalid', detail: 'Invalid request' };
    const answer = async () => Response.json(body, { status: 422, headers: { 'content-type': type } });
    const { problem } = await errorOf(open({ fetch: answer }).client.getMe());
    expect(problem).toEqual({ ...body, errors: [] });
  });

  it('tells how long to wait after too many guesses', async () => {
    const { client } = open();
    const guess = () => errorOf(client.signIn({ email: 'guessed@example.org', password: 'a-guess-1' }));
    for (let count = 0; count < 5; count++) expect((await guess()).status).toBe(401);
    const { problem, retryAfter } = await guess();
    expect(problem.code === 'too_many_requests' && problem.retryAfter).toBe(retryAfter);
    expect(retryAfter).toBeGreaterThan(0);
  });

  it('distinguishes an answer that is not from Usher, no answer and an abort', async () => {
    for (const status of [200, 502]) {
      const headers = { 'content-type': 'text/html' };
      const { client } = open({ fetch: async () => new Response('<h1>A page</h1>', { status, headers }) });
      await expect(client.getMe()).rejects.toMatchObject({ name: 'UsherUnreachableError', status });
    }
    await expect(open({ baseUrl: 'http://127.0.0.1:1' }).client.getMe()).rejects.toThrow(
      UsherUnreachableError,
    );
    const { client } = await signIn();
    await expect(client.getMe(undefined, { signal: AbortSignal.abort('closed') })).rejects.toBe('closed');
  });

  it('keeps the session in a cookie, without tokens', async () => {
    const { client, tokens, cookies, requests, ends } = await signIn(ada, { session: 'cookie' });
    expect(cookies.get('usher_session')).toMatch(/^[\w-]{43}$/);
    expect(await tokens.get()).toBeUndefined();
    expect(await client.accessToken()).toBeUndefined();
    expect((await client.getMe()).email).toBe(ada.email);
    expect(await client.refreshSession()).toBeUndefined();
    const [session] = await client.listSessions();
    expect(session).toMatchObject({ session: 'cookie', current: true });
    await client.signOut();
    expect((await errorOf(client.getMe())).code).toBe('auth.token_invalid');
    expect(ends).toEqual(['auth.token_invalid']);
    expect(requests.at(-1)).toBe('GET /users/me 401');
  });

  it('does not use the session cookie of the browser when it keeps tokens', async () => {
    const { client: ofPages, send } = await signIn(ada, { session: 'cookie' });
    const { client } = open({ fetch: send });
    expect((await errorOf(client.getMe())).code).toBe('auth.token_invalid');
    await client.signOut();
    expect((await ofPages.getMe()).email).toBe(ada.email);
    await client.signIn({ email: bob.email, password: bob.password });
    expect((await client.getMe()).email).toBe(bob.email);
  });
});
