import { hasCode, type UsherError } from './errors.js';
import { routes } from './operations.js';
import { isRefusal, memoryStorage, TokenSession, type TokenStorage } from './token-session.js';
import { createTransport, type TransportOptions } from './transport.js';
import type { CallOptions, OperationId, Operations, Output, Schema } from './types.js';

export interface UsherClientOptions extends TransportOptions {
  /** Where tokens are kept. Default: in memory. */
  tokens?: TokenStorage;
  /** The session is over: Usher refused to refresh the tokens, which are dropped, or refused the cookie. */
  onSessionEnd?: (error: UsherError) => void;
}

/** A method per operation of the API, by its id. */
export interface UsherClient extends Operations {
  /**
   * A valid access token for routes of your own; `undefined` if signed out, or with the session in a cookie.
   * @throws UsherError, UsherUnreachableError if it cannot be refreshed
   */
  accessToken(): Promise<string | undefined>;
}

/** @returns a client that signs in, keeps the session, and refreshes it once for all calls in flight */
export function createUsherClient(options: UsherClientOptions): UsherClient {
  const { session = 'tokens', tokens = memoryStorage(), onSessionEnd = () => undefined } = options;
  const send = createTransport(options);
  const tokenSession = new TokenSession(tokens, exchange, onSessionEnd);
  const withCookie = session === 'cookie';

  async function exchange(refreshToken: string) {
    const answer = (await send('refreshSession', { refreshToken })) as Schema<'RefreshResponse'>;
    return answer.tokens;
  }

  async function call(id: OperationId, input?: object, options?: CallOptions): Promise<unknown> {
    if (routes[id].session !== 'required') return send(id, input, options);
    if (withCookie) return send(id, input, options).catch(endIfRefused);
    const used = await tokenSession.current();
    try {
      return await send(id, input, { ...options, accessToken: used?.accessToken });
    } catch (error) {
      if (used === undefined || !hasCode(error, 'auth.token_invalid')) throw error;
      const fresh = await tokenSession.refresh(used).catch((reason: unknown) => {
        throw isRefusal(reason) ? error : reason;
      });
      if (fresh === undefined) throw error;
      return send(id, input, { ...options, accessToken: fresh.accessToken });
    }
  }

  function endIfRefused(error: unknown): never {
    if (hasCode(error, 'auth.token_invalid')) onSessionEnd(error);
    throw error;
  }

  async function begin(answer: Output<'signIn'>) {
    if ('tokens' in answer) await tokenSession.begin(answer.tokens);
    return answer;
  }

  const methods = Object.fromEntries(
    Object.keys(routes).map((id) => [
      id,
      (input?: object, options?: CallOptions) => call(id as OperationId, input, options),
    ]),
  ) as Operations;

  return {
    ...methods,

    async signIn(input, options) {
      return begin(await methods.signIn(withCookie ? { ...input, session } : input, options));
    },

    async answerChallenge(input, options) {
      return begin(await methods.answerChallenge(input, options));
    },

    /** Without a token of the caller: refreshes the session of this client. */
    async refreshSession(input, options) {
      const used = await tokenSession.stored();
      if (withCookie || used === undefined || input?.refreshToken != null)
        return methods.refreshSession(input, options);
      const fresh = await tokenSession.refresh(used);
      return fresh && { tokens: fresh };
    },

    /** Keeps the tokens if it fails, so that it can be repeated. */
    async signOut(input, options) {
      const kept = await tokenSession.stored();
      const refreshToken = input?.refreshToken ?? kept?.refreshToken;
      await methods.signOut(refreshToken === undefined ? {} : { refreshToken }, options);
      if (refreshToken === kept?.refreshToken) await tokenSession.end();
      return undefined;
    },

    async signOutEverywhere(_input, options) {
      await methods.signOutEverywhere(undefined, options);
      await tokenSession.end();
      return undefined;
    },

    async accessToken() {
      return (await tokenSession.current())?.accessToken;
    },
  };
}
