import { Injectable } from '@nestjs/common';
import { IdentityProvider } from '../cognito/identity-provider.js';
import { TokenVerifier } from '../cognito/token-verifier.js';
import { isAppError } from '../platform/errors/app-error.js';
import { Log } from '../platform/logging/log.js';
import { firstAccepted, PoolUsernames } from '../users/pool-usernames.js';
import { UsersService } from '../users/users.service.js';

/** Whose password was reset, where there are no AWS credentials to ask the pool with. */
@Injectable()
export class ResetOwners {
  constructor(
    private readonly users: UsersService,
    private readonly identityProvider: IdentityProvider,
    private readonly usernames: PoolUsernames,
    private readonly verifier: TokenVerifier,
    private readonly log: Log,
  ) {}

  /**
   * The `sub` of who can sign in with the new password. Where Cognito refuses the sign-in, that of the row with this address.
   * @throws AppError `cognito.unavailable` and `overloaded`: it can be tried again
   */
  async find(email: string, password: string): Promise<string | null> {
    try {
      return await this.subOfSignIn(email, password);
    } catch (error) {
      if (isAppError(error, 'cognito.unavailable', 'overloaded')) throw error;
      this.log.warn('pool user of a reset not found by a sign-in', { error });
      return (await this.users.findByEmail(email))?.sub ?? null;
    }
  }

  /** Nobody keeps the tokens. A challenge comes after the right password only, and names the user. */
  private async subOfSignIn(email: string, password: string): Promise<string | null> {
    const names = await this.usernames.candidates(email);
    const answer = await firstAccepted(names, ['auth.invalid_credentials'], (username) =>
      this.identityProvider.signIn(username, password),
    );
    if (answer.kind === 'challenge') return answer.challenge.parameters.USER_ID_FOR_SRP ?? null;
    const { sub } = await this.verifier.verifyIdToken(answer.tokens.idToken);
    await this.identityProvider.revoke(answer.tokens.refreshToken);
    return sub;
  }
}
