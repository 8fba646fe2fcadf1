import { Injectable } from '@nestjs/common';
import { IdentityProvider, type Tokens } from '../cognito/identity-provider.js';
import { TokenVerifier } from '../cognito/token-verifier.js';
import { AppError } from '../platform/errors/app-error.js';
import { Log } from '../platform/logging/log.js';
import { UsersService } from '../users/users.service.js';

/** Token families: one signed-in device each. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly identityProvider: IdentityProvider,
    private readonly tokens: TokenVerifier,
    private readonly users: UsersService,
    private readonly log: Log,
  ) {}

  /** @throws AppError `auth.token_invalid`; a person disabled here gets no new tokens, and the session ends. */
  async refresh(refreshToken: string): Promise<Tokens> {
    const tokens = await this.identityProvider.refresh(refreshToken);
    const { sub } = await this.tokens.verifyAccessToken(tokens.accessToken);
    const user = await this.users.findBySub(sub);
    if (user?.disabled) {
      await this.endRefused(tokens.refreshToken);
      throw new AppError('auth.token_invalid');
    }
    return tokens;
  }

  /** Never fails because the session has ended already. */
  end(refreshToken: string): Promise<void> {
    return this.identityProvider.revoke(refreshToken);
  }

  /** Ends what Cognito began for somebody we refuse. Should that fail, the refusal stands all the same. */
  async endRefused(refreshToken: string): Promise<void> {
    try {
      await this.end(refreshToken);
    } catch (error) {
      this.log.error('the tokens of a refused sign-in could not be revoked', { error });
    }
  }
}
