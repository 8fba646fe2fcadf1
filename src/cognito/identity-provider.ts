/** Cognito's tokens for one sign-in. */
export interface Tokens {
  accessToken: string;
  idToken: string;
  refreshToken: string;
  /** Seconds until the access token expires. */
  expiresIn: number;
  tokenType: string;
}

/** A further step before there are tokens. `session` and `parameters` are Cognito's. */
export interface Challenge {
  name: string;
  session: string;
  parameters: Record<string, string>;
}

export type SignInAnswer = { kind: 'tokens'; tokens: Tokens } | { kind: 'challenge'; challenge: Challenge };

/** What Cognito knows about the owner of an access token. */
export interface CognitoIdentity {
  sub: string;
  email: string | undefined;
  emailVerified: boolean;
}

/**
 * Who signs people in. The words are Cognito's, the types are ours, and every failure is an `AppError`:
 * `cognito.unavailable` when it cannot be asked, `cognito.unexpected_answer` when the answer makes no sense, `internal`
 * when we are configured wrongly.
 */
export abstract class IdentityProvider {
  /** @throws AppError `auth.invalid_credentials`, whatever the reason for the refusal */
  abstract signIn(username: string, password: string): Promise<SignInAnswer>;

  /** With the pool's rotation on, the refresh token in the answer is a new one. @throws AppError `auth.token_invalid` */
  abstract refresh(refreshToken: string): Promise<Tokens>;

  /** Ends the session of a refresh token. Does not fail on a token that is dead already. */
  abstract revoke(refreshToken: string): Promise<void>;

  /** @throws AppError `auth.token_invalid` */
  abstract getUser(accessToken: string): Promise<CognitoIdentity>;

  /** Sends a code, when there is somebody to send one to. Does not tell whether there is. */
  abstract forgotPassword(username: string): Promise<void>;

  /**
   * @throws AppError `passwords.code_wrong`, `passwords.code_expired`, `passwords.policy`, `passwords.reused`,
   * `too_many_requests`
   */
  abstract confirmForgotPassword(username: string, code: string, password: string): Promise<void>;
}
