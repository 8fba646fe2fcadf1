import { Injectable } from '@nestjs/common';
import { IdentityProvider, type Tokens } from '../../cognito/identity-provider.js';
import { TokenVerifier } from '../../cognito/token-verifier.js';
import { AppError } from '../../platform/errors/app-error.js';
import { UsersService } from '../../users/users.service.js';
import { Endings } from './endings.js';

/** Sessions that began at Cognito without us: there is no row, only the token. */
@Injectable()
export class SessionsFromElsewhere {
  constructor(
    private readonly identityProvider: IdentityProvider,
    private readonly verifier: TokenVerifier,
    private readonly users: UsersService,
    private readonly endings: Endings,
  ) {}

  /** @throws AppError `auth.token_invalid`; a person disabled here gets no new tokens, and the session ends. */
  async refresh(refreshToken: string): Promise<Tokens> {
    const tokens = await this.identityProvider.refresh(refreshToken);
    const { sub } = await this.verifier.verifyAccessToken(tokens.accessToken);
    const user = await this.users.findBySub(sub);
    if (user?.disabled) {
      await this.endings.revokeRefused(tokens.refreshToken);
      throw new AppError('auth.token_invalid');
    }
    return tokens;
  }
}
