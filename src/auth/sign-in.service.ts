import { Injectable } from '@nestjs/common';
import { type Challenge, IdentityProvider, type Tokens } from '../cognito/identity-provider.js';
import { TokenVerifier } from '../cognito/token-verifier.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { normaliseEmail } from '../users/email.js';
import { UserLinkingService } from '../users/user-linking.service.js';
import type { User } from '../users/user.js';

export type SignInOutcome = { user: User; tokens: Tokens } | { username: string; challenge: Challenge };

@Injectable()
export class SignInService {
  constructor(
    private readonly identityProvider: IdentityProvider,
    private readonly tokenVerifier: TokenVerifier,
    private readonly linking: UserLinkingService,
    private readonly sessions: SessionsService,
  ) {}

  /**
   * Cognito says who it is, our table says whether that is enough.
   * @throws AppError `auth.invalid_credentials`, `auth.account_link_conflict`, and what `IdentityProvider` throws
   */
  async signIn(email: string, password: string): Promise<SignInOutcome> {
    const username = normaliseEmail(email);
    const answer = await this.identityProvider.signIn(username, password);
    if (answer.kind === 'challenge') return { username, challenge: answer.challenge };
    return { user: await this.admit(answer.tokens), tokens: answer.tokens };
  }

  /** Whoever we refuse must not keep the refresh token that Cognito has just issued. */
  private async admit(tokens: Tokens): Promise<User> {
    try {
      return await this.linking.link(await this.tokenVerifier.verifyIdToken(tokens.idToken));
    } catch (refusal) {
      await this.sessions.endRefused(tokens.refreshToken);
      throw refusal;
    }
  }
}
