import {
  AssociateSoftwareTokenCommand,
  type AuthenticationResultType,
  type ChallengeNameType,
  ChangePasswordCommand,
  ConfirmForgotPasswordCommand,
  ForgotPasswordCommand,
  GetTokensFromRefreshTokenCommand,
  GetUserCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  RevokeTokenCommand,
  SetUserMFAPreferenceCommand,
  VerifySoftwareTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { Injectable } from '@nestjs/common';
import { AppError, isAppError } from '../platform/errors/app-error.js';
import { CurrentRequest } from '../platform/http/current-request.js';
import { Log } from '../platform/logging/log.js';
import { AppClientConnection } from './app-client-connection.js';
import {
  type ChallengeAnswer,
  type CognitoIdentity,
  IdentityProvider,
  type SignInAnswer,
  type Tokens,
  type TotpOwner,
  type TotpSecret,
} from './identity-provider.js';

/** Amazon Cognito through the AWS SDK. Uses only operations that need no AWS credentials. */
@Injectable()
export class CognitoIdentityProvider extends IdentityProvider {
  constructor(
    private readonly cognito: AppClientConnection,
    private readonly log: Log,
    private readonly currentRequest: CurrentRequest,
  ) {
    super();
  }

  async signIn(username: string, password: string): Promise<SignInAnswer> {
    const command = new InitiateAuthCommand({
      ClientId: this.cognito.clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { ...this.user(username), PASSWORD: password },
      ClientMetadata: this.passedOn(),
    });
    return toSignInAnswer(
      await this.cognito.ask('sign-in', (client, options) => client.send(command, options)),
    );
  }

  async answerChallenge({ name, session, userId, responses }: ChallengeAnswer): Promise<SignInAnswer> {
    const command = new RespondToAuthChallengeCommand({
      ClientId: this.cognito.clientId,
      // The SDK's list of names lags behind the service's: EMAIL_MFA is not in it.
      ChallengeName: name as ChallengeNameType,
      Session: session,
      // Ours last: nobody answers for somebody else.
      ChallengeResponses: { ...responses, ...this.user(userId) },
    });
    return toSignInAnswer(
      await this.cognito.ask('challenge', (client, options) => client.send(command, options)),
    );
  }

  async associateSoftwareToken(owner: TotpOwner): Promise<TotpSecret> {
    const command = new AssociateSoftwareTokenCommand(toMembers(owner));
    const asked = 'session' in owner ? 'associate-totp-in-sign-in' : 'associate-totp';
    const { SecretCode: secretCode, Session: session } = await this.cognito.ask(asked, (client, options) =>
      client.send(command, options),
    );
    if (!secretCode) throw new AppError('cognito.unexpected_answer');
    return { secretCode, session };
  }

  async verifySoftwareToken(
    owner: TotpOwner,
    code: string,
    deviceName?: string,
  ): Promise<string | undefined> {
    const command = new VerifySoftwareTokenCommand({
      ...toMembers(owner),
      UserCode: code,
      FriendlyDeviceName: deviceName,
    });
    const asked = 'session' in owner ? 'verify-totp-in-sign-in' : 'verify-totp';
    const { Status: status, Session: session } = await this.cognito.ask(asked, (client, options) =>
      client.send(command, options),
    );
    if (status !== 'SUCCESS') throw new AppError('auth.code_wrong');
    return session;
  }

  async preferSoftwareToken(accessToken: string, enabled: boolean): Promise<void> {
    const command = new SetUserMFAPreferenceCommand({
      AccessToken: accessToken,
      SoftwareTokenMfaSettings: { Enabled: enabled, PreferredMfa: enabled },
    });
    await this.cognito.ask('prefer-totp', (client, options) => client.send(command, options));
  }

  async globalSignOut(accessToken: string): Promise<boolean> {
    const command = new GlobalSignOutCommand({ AccessToken: accessToken });
    return unlessDead(() =>
      this.cognito.ask('global-sign-out', (client, options) => client.send(command, options)),
    );
  }

  async refresh(refreshToken: string): Promise<Tokens> {
    const command = new GetTokensFromRefreshTokenCommand({
      ClientId: this.cognito.clientId,
      ClientSecret: this.cognito.clientSecret,
      RefreshToken: refreshToken,
    });
    const { AuthenticationResult: result } = await this.cognito.ask('refresh', (client, options) =>
      client.send(command, options),
    );
    return toTokens({ RefreshToken: refreshToken, ...result });
  }

  async revoke(refreshToken: string): Promise<void> {
    const command = new RevokeTokenCommand({
      ClientId: this.cognito.clientId,
      ClientSecret: this.cognito.clientSecret,
      Token: refreshToken,
    });
    await unlessDead(() => this.cognito.ask('revoke', (client, options) => client.send(command, options)));
  }

  async getUser(accessToken: string): Promise<CognitoIdentity> {
    const command = new GetUserCommand({ AccessToken: accessToken });
    const { UserAttributes } = await this.cognito.ask('get-user', (client, options) =>
      client.send(command, options),
    );
    const attributes = new Map(UserAttributes?.map(({ Name, Value }) => [Name, Value]));
    const sub = attributes.get('sub');
    if (sub === undefined) throw new AppError('cognito.unexpected_answer');
    return {
      sub,
      email: attributes.get('email'),
      emailVerified: attributes.get('email_verified') === 'true',
    };
  }

  async forgotPassword(username: string): Promise<void> {
    const command = new ForgotPasswordCommand({
      ClientId: this.cognito.clientId,
      SecretHash: this.cognito.secretHash(username),
      Username: username,
      ClientMetadata: this.passedOn(),
    });
    try {
      await this.cognito.ask('forgot-password', (client, options) => client.send(command, options));
    } catch (error) {
      if (!isAppError(error, 'passwords.reset_not_started')) throw error;
      // The caller must not learn of it, but an operator with a dead mail set-up must.
      this.log.warn('no reset code was sent', { error: error.cause });
    }
  }

  async confirmForgotPassword(username: string, code: string, password: string): Promise<void> {
    const command = new ConfirmForgotPasswordCommand({
      ClientId: this.cognito.clientId,
      SecretHash: this.cognito.secretHash(username),
      Username: username,
      ConfirmationCode: code,
      Password: password,
    });
    await this.cognito.ask('confirm-forgot-password', (client, options) => client.send(command, options));
  }

  async changePassword(accessToken: string, previous: string, proposed: string): Promise<void> {
    const command = new ChangePasswordCommand({
      AccessToken: accessToken,
      PreviousPassword: previous,
      ProposedPassword: proposed,
    });
    await this.cognito.ask('change-password', (client, options) => client.send(command, options));
  }

  /**
   * For the migration Lambda, which logs it and gives it back to us with its question. Nothing else belongs here: Cognito
   * neither encrypts nor checks ClientMetadata, and hands it to every trigger (API reference, InitiateAuth).
   */
  private passedOn(): Record<string, string> | undefined {
    const { id } = this.currentRequest;
    return id === undefined ? undefined : { requestId: id };
  }

  private user(username: string): Record<string, string> {
    const hash = this.cognito.secretHash(username);
    return { USERNAME: username, ...(hash !== undefined && { SECRET_HASH: hash }) };
  }
}

/** Ends something, and says whether it did. What is unknown, expired or revoked, or of another client, has ended already. */
async function unlessDead(end: () => Promise<unknown>): Promise<boolean> {
  try {
    await end();
    return true;
  } catch (error) {
    if (!isAppError(error, 'auth.token_invalid')) throw error;
    return false;
  }
}

const toMembers = (owner: TotpOwner): { Session: string } | { AccessToken: string } =>
  'session' in owner ? { Session: owner.session } : { AccessToken: owner.accessToken };

interface Answer {
  ChallengeName?: string;
  Session?: string;
  ChallengeParameters?: Record<string, string>;
  AuthenticationResult?: AuthenticationResultType;
}

function toSignInAnswer(answer: Answer): SignInAnswer {
  const { ChallengeName: name, Session: session, ChallengeParameters: parameters = {} } = answer;
  if (name !== undefined && session !== undefined)
    return { kind: 'challenge', challenge: { name, session, parameters } };
  return { kind: 'tokens', tokens: toTokens(answer.AuthenticationResult) };
}

/** Every member of Cognito's result is optional in its type, and an answer without tokens is none. */
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
