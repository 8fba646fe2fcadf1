import { hasCode, type UsherError } from './errors.js';
import type { Schema } from './types.js';

/** Tokens of one sign-in, with times of this machine's clock in milliseconds since 1970. */
export interface Tokens extends Schema<'TokensResponse'> {
  /** When the access token expires. */
  expiresAt: number;
  /** Refreshes keep it. */
  signedInAt: number;
}

/** Where tokens are kept. Pages of several tabs may share it: it is read before every request. */
export interface TokenStorage {
  get(): Tokens | undefined | Promise<Tokens | undefined>;
  /** @param tokens `undefined` after the end of the session */
  set(tokens: Tokens | undefined): void | Promise<void>;
}

/** Keeps tokens until the page is closed or the process ends. */
export function memoryStorage(): TokenStorage {
  let kept: Tokens | undefined;
  return { get: () => kept, set: (tokens) => void (kept = tokens) };
}

/** A token is refreshed this long before it expires, so that it does not expire on its way. */
const refreshEarlyMs = 30_000;

/** Whether a refresh failed for good: the session is over, or the token is no refresh token. */
export const isRefusal = (error: unknown): error is UsherError =>
  hasCode(error, 'auth.token_invalid', 'request.invalid');

export class TokenSession {
  private refreshing: Promise<Tokens | undefined> | undefined;

  /** @param exchange sends a refresh token to Usher */
  constructor(
    private readonly storage: TokenStorage,
    private readonly exchange: (refreshToken: string) => Promise<Schema<'TokensResponse'>>,
    private readonly onEnd: (error: UsherError) => void,
  ) {}

  async begin(tokens: Schema<'TokensResponse'>): Promise<void> {
    const now = Date.now();
    await this.storage.set({ ...tokens, signedInAt: now, expiresAt: now + tokens.expiresIn * 1000 });
  }

  async end(): Promise<void> {
    await this.storage.set(undefined);
  }

  /** The stored tokens, after a refresh in progress. */
  async stored(): Promise<Tokens | undefined> {
    await this.refreshing?.catch(() => undefined);
    return this.storage.get();
  }

  /** Tokens that are valid for some time. @throws the error of a refresh */
  async current(): Promise<Tokens | undefined> {
    const tokens = await this.storage.get();
    if (!tokens || tokens.expiresAt - Date.now() > refreshEarlyMs) return tokens;
    try {
      return await this.refresh(tokens);
    } catch (error) {
      // During an outage of Cognito a valid token keeps working.
      if (isRefusal(error) || tokens.expiresAt <= Date.now()) throw error;
      return tokens;
    }
  }

  /**
   * Refreshes once for all concurrent calls.
   * @param used the tokens that are too old
   * @returns undefined if their session was replaced or ended meanwhile
   * @throws the error of the refresh; a refusal also ends the session
   */
  async refresh(used: Tokens): Promise<Tokens | undefined> {
    this.refreshing ??= this.replace(used).finally(() => (this.refreshing = undefined));
    const fresh = await this.refreshing;
    // A request of one user must not be sent again with the token of another.
    return fresh?.signedInAt === used.signedInAt ? fresh : undefined;
  }

  private async replace({ accessToken }: Tokens): Promise<Tokens | undefined> {
    const old = await this.storage.get();
    // Another call or another tab was faster. Usher takes a second use of the old refresh token for a theft.
    if (old?.accessToken !== accessToken) return old;
    const isKept = async () => (await this.storage.get())?.accessToken === accessToken;
    try {
      const tokens = await this.exchange(old.refreshToken);
      const fresh = { ...old, ...tokens, expiresAt: Date.now() + tokens.expiresIn * 1000 };
      if (!(await isKept())) return await this.storage.get();
      await this.storage.set(fresh);
      return fresh;
    } catch (error) {
      if (isRefusal(error) && (await isKept())) {
        await this.end();
        this.onEnd(error);
      }
      throw error;
    }
  }
}
