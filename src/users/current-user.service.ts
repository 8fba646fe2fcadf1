import { Injectable } from '@nestjs/common';
import { IdentityProvider } from '../cognito/identity-provider.js';
import { AppError, isAppError } from '../common/errors/app-error.js';
import type { Principal } from '../common/http/caller.decorators.js';
import { AccountLinkingService } from './account-linking.service.js';
import { UsersService } from './users.service.js';
import type { LocalUser, Me } from './user.js';

@Injectable()
export class CurrentUserService {
  constructor(
    private readonly users: UsersService,
    private readonly linking: AccountLinkingService,
    private readonly identityProvider: IdentityProvider,
  ) {}

  /**
   * An unknown `sub` comes from a sign-in with another app client: its row is linked like at a sign-in.
   * @returns the caller's row
   * @throws AppError `auth.token_invalid` for a disabled row, `auth.account_link_conflict`
   */
  async resolve({ sub, accessToken }: Principal): Promise<LocalUser> {
    const user = (await this.users.findBySub(sub)) ?? (await this.linkByToken(accessToken));
    if (user.disabled) throw new AppError('auth.token_invalid');
    return user;
  }

  /** Like `resolve`, with what `GET /users/me` returns. */
  async read({ sub, accessToken }: Principal): Promise<Me> {
    let me = await this.users.findMe(sub);
    if (me === undefined) {
      await this.linkByToken(accessToken);
      me = await this.users.findMe(sub);
    }
    // The row may have been deleted since.
    if (me === undefined || me.disabled) throw new AppError('auth.token_invalid');
    return me;
  }

  private async linkByToken(accessToken: string): Promise<LocalUser> {
    try {
      return await this.linking.link(await this.identityProvider.getUser(accessToken));
    } catch (error) {
      if (isAppError(error, 'auth.invalid_credentials'))
        throw new AppError('auth.token_invalid', { cause: error });
      throw error;
    }
  }
}
