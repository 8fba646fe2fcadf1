import { Injectable } from '@nestjs/common';
import { IdentityProvider, type Tokens } from '../../cognito/identity-provider.js';
import { TokenVerifier } from '../../cognito/token-verifier.js';
import { AppError } from '../../platform/errors/app-error.js';
import { Endings } from './endings.js';
import { LiveSessions } from './live-sessions.js';

/** Sessions that began at Cognito without us: there is no row, only the token. */
@Injectable()
export class SessionsFromElsewhere {
  constructor(
    private readonly identityProvider: IdentityProvider,
    private readonly verifier: TokenVerifier,
    private readonly live: LiveSessions,
    private readonly endings: Endings,
  ) {}

  /**
   * @throws AppError `auth.token_invalid`; who is disabled here, or signed out everywhere or got a new password since, gets no
   * new tokens, and the session ends.
   */
  async refresh(refreshToken: string): Promise<Tokens> {
    const tokens = await this.identityProvider.refresh(refreshToken);
    if (await this.live.isOver(await this.verifier.verifyAccessToken(tokens.accessToken))) {
      await this.endings.revokeRefused(tokens.refreshToken);
      throw new AppError('auth.token_invalid');
    }
    return tokens;
  }
}
