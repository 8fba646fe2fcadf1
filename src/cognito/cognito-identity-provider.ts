import {
  type AuthenticationResultType,
  CognitoIdentityProviderClient,
  ConfirmForgotPasswordCommand,
  ForgotPasswordCommand,
  GetTokensFromRefreshTokenCommand,
  GetUserCommand,
  InitiateAuthCommand,
  RevokeTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../platform/config/config.js';
import { AppError } from '../platform/errors/app-error.js';
import { Log } from '../platform/logging/log.js';
import { createCognitoClient } from './cognito-client.js';
import { type Asked, isNothingSent, toAppError } from './cognito-errors.js';
import {
  type CognitoIdentity,
  IdentityProvider,
  type SignInAnswer,
  type Tokens,
} from './identity-provider.js';
import { secretHash } from './secret-hash.js';

/** Amazon Cognito through the AWS SDK. Uses only operations that need no AWS credentials. */
@Injectable()
export class CognitoIdentityProvider extends IdentityProvider implements OnApplicationShutdown {
  private readonly client: CognitoIdentityProviderClient;
  private readonly clientId: string;
  private readonly clientSecret: string | undefined;

  constructor(
    { cognito }: Config,
    private readonly log: Log,
  ) {
    super();
    this.client = createCognitoClient(cognito);
    this.clientId = cognito.clientId;
    this.clientSecret = cognito.clientSecret;
  }

  async signIn(username: string, password: string): Promise<SignInAnswer> {
    const hash = this.secretHash(username);
    const command = new InitiateAuthCommand({
      ClientId: this.clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: {
        USERNAME: username,
        PASSWORD: password,
        ...(hash !== undefined && { SECRET_HASH: hash }),
      },
    });
    const answer = await this.ask('sign-in', () => this.client.send(command));
    const { ChallengeName: name, Session: session, ChallengeParameters: parameters = {} } = answer;
    if (name !== undefined && session !== undefined)
      return { kind: 'challenge', challenge: { name, session, parameters } };
    return { kind: 'tokens', tokens: toTokens(answer.AuthenticationResult) };
  }

  async refresh(refreshToken: string): Promise<Tokens> {
    const command = new GetTokensFromRefreshTokenCommand({
      ClientId: this.clientId,
      ClientSecret: this.clientSecret,
      RefreshToken: refreshToken,
    });
    const { AuthenticationResult: result } = await this.ask('refresh', () => this.client.send(command));
    return toTokens({ RefreshToken: refreshToken, ...result });
  }

  async revoke(refreshToken: string): Promise<void> {
    const command = new RevokeTokenCommand({
      ClientId: this.clientId,
      ClientSecret: this.clientSecret,
      Token: refreshToken,
    });
    try {
      await this.client.send(command);
    } catch (error) {
      const mapped = toAppError('revoke', error);
      if (mapped.code !== 'auth.token_invalid') throw mapped;
      // Unknown, expired, revoked, of another client: what was to end has ended.
    }
  }

  async getUser(accessToken: string): Promise<CognitoIdentity> {
    const answer = await this.ask('get-user', () =>
      this.client.send(new GetUserCommand({ AccessToken: accessToken })),
    );
    const attributes = new Map(answer.UserAttributes?.map(({ Name, Value }) => [Name, Value]));
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
      ClientId: this.clientId,
      SecretHash: this.secretHash(username),
      Username: username,
    });
    try {
      await this.client.send(command);
    } catch (error) {
      if (!isNothingSent(error)) throw toAppError('forgot-password', error);
      // The caller must not learn of it, but an operator with a dead mail set-up must.
      this.log.warn('no reset code was sent', { reason: error.name });
    }
  }

  async confirmForgotPassword(username: string, code: string, password: string): Promise<void> {
    const command = new ConfirmForgotPasswordCommand({
      ClientId: this.clientId,
      SecretHash: this.secretHash(username),
      Username: username,
      ConfirmationCode: code,
      Password: password,
    });
    await this.ask('confirm-forgot-password', () => this.client.send(command));
  }

  onApplicationShutdown(): void {
    this.client.destroy();
  }

  private secretHash(username: string): string | undefined {
    return this.clientSecret === undefined
      ? undefined
      : secretHash(username, this.clientId, this.clientSecret);
  }

  private async ask<Answer>(asked: Asked, send: () => Promise<Answer>): Promise<Answer> {
    try {
      return await send();
    } catch (error) {
      throw toAppError(asked, error);
    }
  }
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
