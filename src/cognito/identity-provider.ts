import {
  AssociateSoftwareTokenCommand,
  type AuthenticationResultType,
  type ChallengeNameType,
  ChangePasswordCommand,
  ConfirmForgotPasswordCommand,
  ForgotPasswordCommand,
  GetTokensFromRefreshTokenCommand,
  GetUserCommand,
  type GetUserCommandOutput,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  type InitiateAuthCommandOutput,
  RespondToAuthChallengeCommand,
  RevokeTokenCommand,
  SetUserMFAPreferenceCommand,
  VerifySoftwareTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { Injectable } from '@nestjs/common';
import type { FactorName } from '#contracts';
import { AppError, isAppError } from '../common/errors/app-error.js';
import { requestContext } from '../common/http/request-context.js';
import { Log } from '../common/logging/log.js';
import type { Language } from '../i18n/languages.js';
import { toClientMetadata } from './client-metadata.js';
import { CognitoAppClient } from './cognito-client.js';

/** Cognito's tokens for one sign-in. */
export interface Tokens {
  accessToken: string;
  idToken: string;
  refreshToken: string;
  /** Seconds until the access token expires. */
  expiresIn: number;
  tokenType: string;
}

/** `session` and `parameters` are Cognito's. */
export interface Challenge {
  name: string;
  session: string;
  parameters: Record<string, string>;
}

/** Keys of `responses` are Cognito's, such as `NEW_PASSWORD`. */
export interface ChallengeAnswer {
  name: string;
  session: string;
  /** Cognito's `USER_ID_FOR_SRP`. */
  userId: string;
  responses: Record<string, string>;
}

/** Enrols an authenticator app: during a sign-in (`MFA_SETUP`), or for a signed-in user. */
export type TotpOwner = { session: string } | { accessToken: string };

export interface TotpSecret {
  /** Base32 (RFC 4648). */
  secretCode: string;
  /** Cognito's next session, during a sign-in. */
  session: string | undefined;
}

export type SignInAnswer = { kind: 'tokens'; tokens: Tokens } | { kind: 'challenge'; challenge: Challenge };

export interface EnabledFactors {
  factors: FactorName[];
  preferred: FactorName | null;
}

export interface CognitoIdentity {
  sub: string;
  email: string | undefined;
  emailVerified: boolean;
}

/**
 * Operations of the app client, without AWS credentials. Every failure is an `AppError`: besides the documented codes
 * `cognito.unavailable`, `cognito.unexpected_answer` and, for a configuration error, `internal`.
 */
@Injectable()
export class IdentityProvider {
  constructor(
    private readonly client: CognitoAppClient,
    private readonly log: Log,
  ) {}

  /**
   * @param requestId for the pool's triggers
   * @throws AppError `auth.invalid_credentials` for every reason of a refusal
   */
  async signIn(username: string, password: string, requestId = requestContext()?.id): Promise<SignInAnswer> {
    return toSignInAnswer(
      await this.client.send(
        'sign-in',
        new InitiateAuthCommand({
          ClientId: this.client.clientId,
          AuthFlow: 'USER_PASSWORD_AUTH',
          AuthParameters: { ...this.usernameParameters(username), PASSWORD: password },
          // Without a language: Cognito passes this to no CustomMessage trigger, and neither that of challenge answers.
          ClientMetadata: toClientMetadata({ requestId }),
        }),
      ),
    );
  }

  /**
   * @throws AppError `auth.challenge_expired`, `auth.code_wrong`, `auth.code_expired`, `passwords.policy`,
   * `passwords.reused`, `request.invalid` (an answer is missing or not accepted), `auth.account_link_conflict` (another user
   * has the required address), `auth.invalid_credentials`
   */
  async answerChallenge({ name, session, userId, responses }: ChallengeAnswer): Promise<SignInAnswer> {
    return toSignInAnswer(
      await this.client.send(
        'challenge',
        new RespondToAuthChallengeCommand({
          ClientId: this.client.clientId,
          // The SDK's type lacks names that the service uses, such as EMAIL_MFA.
          ChallengeName: name as ChallengeNameType,
          Session: session,
          // Last, so that `responses` cannot replace the user name.
          ChallengeResponses: { ...responses, ...this.usernameParameters(userId) },
        }),
      ),
    );
  }

  /** @throws AppError `auth.challenge_expired` during a sign-in, `auth.token_invalid` for a signed-in user */
  async associateSoftwareToken(owner: TotpOwner): Promise<TotpSecret> {
    const operation = 'session' in owner ? 'associate-totp-in-sign-in' : 'associate-totp';
    const { SecretCode: secretCode, Session: session } = await this.client.send(
      operation,
      new AssociateSoftwareTokenCommand(toTotpInput(owner)),
    );
    if (!secretCode) throw new AppError('cognito.unexpected_answer');
    return { secretCode, session };
  }

  /**
   * @returns Cognito's next session, during a sign-in
   * @throws AppError `auth.code_wrong`, `auth.code_expired`, `auth.challenge_expired`, `auth.token_invalid`
   */
  async verifySoftwareToken(
    owner: TotpOwner,
    code: string,
    deviceName?: string,
  ): Promise<string | undefined> {
    const operation = 'session' in owner ? 'verify-totp-in-sign-in' : 'verify-totp';
    const { Status: status, Session: session } = await this.client.send(
      operation,
      new VerifySoftwareTokenCommand({
        ...toTotpInput(owner),
        UserCode: code,
        FriendlyDeviceName: deviceName,
      }),
    );
    if (status !== 'SUCCESS') throw new AppError('auth.code_wrong');
    return session;
  }

  /** Enables or disables the authenticator app as the preferred factor. @throws AppError `auth.token_invalid` */
  async preferSoftwareToken(accessToken: string, enabled: boolean): Promise<void> {
    await this.client.send(
      'prefer-totp',
      new SetUserMFAPreferenceCommand({
        AccessToken: accessToken,
        SoftwareTokenMfaSettings: { Enabled: enabled, PreferredMfa: enabled },
      }),
    );
  }

  /**
   * Revokes all sessions of the token's user.
   * @returns false when the token was already invalid
   * @throws AppError `auth.forbidden` when the token lacks the scope
   */
  async globalSignOut(accessToken: string): Promise<boolean> {
    return unlessTokenInvalid(() =>
      this.client.send('global-sign-out', new GlobalSignOutCommand({ AccessToken: accessToken })),
    );
  }

  /** Returns a new refresh token when the pool's rotation is on. @throws AppError `auth.token_invalid` */
  async refresh(refreshToken: string): Promise<Tokens> {
    const { AuthenticationResult: result } = await this.client.send(
      'refresh',
      new GetTokensFromRefreshTokenCommand({
        ClientId: this.client.clientId,
        ClientSecret: this.client.clientSecret,
        RefreshToken: refreshToken,
      }),
    );
    return toTokens({ RefreshToken: refreshToken, ...result });
  }

  /** Revokes the session of a refresh token. An invalid token is no error. */
  async revoke(refreshToken: string): Promise<void> {
    await unlessTokenInvalid(() =>
      this.client.send(
        'revoke',
        new RevokeTokenCommand({
          ClientId: this.client.clientId,
          ClientSecret: this.client.clientSecret,
          Token: refreshToken,
        }),
      ),
    );
  }

  /** @throws AppError `auth.token_invalid` */
  async getUser(accessToken: string): Promise<CognitoIdentity> {
    const { UserAttributes } = await this.readUser(accessToken);
    const attributes = new Map(UserAttributes?.map(({ Name, Value }) => [Name, Value]));
    const sub = attributes.get('sub');
    if (sub === undefined) throw new AppError('cognito.unexpected_answer');
    return {
      sub,
      email: attributes.get('email'),
      emailVerified: attributes.get('email_verified') === 'true',
    };
  }

  /** Enabled second factors. @throws AppError `auth.token_invalid` */
  async getFactors(accessToken: string): Promise<EnabledFactors> {
    const { UserMFASettingList: list = [], PreferredMfaSetting: preferred = '' } =
      await this.readUser(accessToken);
    const names = list.flatMap((name) => factorNames[name] ?? []);
    return { factors: [...new Set(names)], preferred: factorNames[preferred] ?? null };
  }

  /**
   * Sends a code if the user exists and can receive one; the result does not reveal it.
   * @param language of the mail, for the pool's CustomMessage trigger
   */
  async forgotPassword(username: string, language: Language): Promise<void> {
    try {
      await this.client.send(
        'forgot-password',
        new ForgotPasswordCommand({
          ClientId: this.client.clientId,
          SecretHash: this.client.secretHash(username),
          Username: username,
          ClientMetadata: toClientMetadata({ requestId: requestContext()?.id, language }),
        }),
      );
    } catch (error) {
      if (!isAppError(error, 'passwords.reset_not_started')) throw error;
      // Not reported to the caller (ADR 4).
      this.log.warn('reset code not sent', { error: error.cause });
    }
  }

  /**
   * @throws AppError `passwords.code_wrong` (also for an expired or used code and at Cognito's limit of attempts),
   * `passwords.policy`, `passwords.reused`
   */
  async confirmForgotPassword(username: string, code: string, password: string): Promise<void> {
    await this.client.send(
      'confirm-forgot-password',
      new ConfirmForgotPasswordCommand({
        ClientId: this.client.clientId,
        SecretHash: this.client.secretHash(username),
        Username: username,
        ConfirmationCode: code,
        Password: password,
      }),
    );
  }

  /**
   * @throws AppError `auth.invalid_credentials` when the previous password is wrong, `auth.token_invalid`,
   * `auth.forbidden`, `passwords.policy`, `passwords.reused`, `too_many_requests`
   */
  async changePassword(accessToken: string, previous: string, proposed: string): Promise<void> {
    await this.client.send(
      'change-password',
      new ChangePasswordCommand({
        AccessToken: accessToken,
        PreviousPassword: previous,
        ProposedPassword: proposed,
      }),
    );
  }

  private readUser(accessToken: string): Promise<GetUserCommandOutput> {
    return this.client.send('get-user', new GetUserCommand({ AccessToken: accessToken }));
  }

  private usernameParameters(username: string): Record<string, string> {
    const hash = this.client.secretHash(username);
    return { USERNAME: username, ...(hash !== undefined && { SECRET_HASH: hash }) };
  }
}

/** `UserMFASettingList` has EMAIL_OTP; older texts of the developer guide name it EMAIL_MFA. */
const factorNames: Record<string, FactorName | undefined> = {
  SOFTWARE_TOKEN_MFA: 'totp',
  SMS_MFA: 'sms',
  EMAIL_OTP: 'email',
  EMAIL_MFA: 'email',
};

/** False for a token that is unknown, expired, revoked or of another client. */
async function unlessTokenInvalid(revoke: () => Promise<unknown>): Promise<boolean> {
  try {
    await revoke();
    return true;
  } catch (error) {
    if (!isAppError(error, 'auth.token_invalid')) throw error;
    return false;
  }
}

const toTotpInput = (owner: TotpOwner): { Session: string } | { AccessToken: string } =>
  'session' in owner ? { Session: owner.session } : { AccessToken: owner.accessToken };

function toSignInAnswer(answer: InitiateAuthCommandOutput): SignInAnswer {
  const { ChallengeName: name, Session: session, ChallengeParameters: parameters = {} } = answer;
  if (name !== undefined && session !== undefined)
    return { kind: 'challenge', challenge: { name, session, parameters } };
  return { kind: 'tokens', tokens: toTokens(answer.AuthenticationResult) };
}

function toTokens(result: AuthenticationResultType | undefined): Tokens {
  const { AccessToken, IdToken, RefreshToken, ExpiresIn, TokenType } = result ?? {};
  if (!AccessToken || !IdToken || !RefreshToken) throw new AppError('cognito.unexpected_answer');
  return {
    accessToken: AccessToken,
    idToken: IdToken,
    refreshToken: RefreshToken,
    expiresIn: ExpiresIn ?? 0,
    tokenType: TokenType ?? 'Bearer',
  };
}
