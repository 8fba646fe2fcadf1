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

/** The answer to a challenge. Keys of `responses` are Cognito's, such as `NEW_PASSWORD`. */
export interface ChallengeAnswer {
  name: string;
  session: string;
  /** Cognito's `USER_ID_FOR_SRP`. */
  userId: string;
  responses: Record<string, string>;
}

/** Whose authenticator app is set up: a sign-in's that has come to `MFA_SETUP`, or a signed-in user's. */
export type TotpOwner = { session: string } | { accessToken: string };

export interface TotpSecret {
  /** base32 (RFC 4648) */
  secretCode: string;
  /** Cognito's next session, during a sign-in. */
  session: string | undefined;
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

  /**
   * @throws AppError `auth.challenge_expired`, `auth.code_wrong`, `auth.code_expired`, `passwords.policy`,
   * `passwords.reused`, `request.invalid` (an answer is missing or not accepted), `auth.account_link_conflict` (a required
   * address is somebody else's), `auth.invalid_credentials`
   */
  abstract answerChallenge(answer: ChallengeAnswer): Promise<SignInAnswer>;

  /** @throws AppError `auth.challenge_expired` during a sign-in, `auth.token_invalid` for a signed-in user */
  abstract associateSoftwareToken(owner: TotpOwner): Promise<TotpSecret>;

  /**
   * Cognito's next session, during a sign-in.
   * @throws AppError `auth.code_wrong`, `auth.code_expired`, `auth.challenge_expired`, `auth.token_invalid`
   */
  abstract verifySoftwareToken(
    owner: TotpOwner,
    code: string,
    deviceName?: string,
  ): Promise<string | undefined>;

  /** Has Cognito ask for the authenticator app at every sign-in, or no longer. @throws AppError `auth.token_invalid` */
  abstract preferSoftwareToken(accessToken: string, enabled: boolean): Promise<void>;

  /**
   * Ends every session of the token's owner. Whether it did: not with a token that is dead already.
   * @throws AppError `auth.forbidden` when the token was issued for other purposes
   */
  abstract globalSignOut(accessToken: string): Promise<boolean>;

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

  /**
   * @throws AppError `auth.invalid_credentials` when the previous password is wrong, `auth.token_invalid`,
   * `auth.forbidden`, `passwords.policy`, `passwords.reused`, `too_many_requests`
   */
  abstract changePassword(accessToken: string, previous: string, proposed: string): Promise<void>;
}
