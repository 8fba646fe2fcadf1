import { Injectable } from '@nestjs/common';
import { IdentityProvider } from '../cognito/identity-provider.js';
import { AppError, isAppError } from '../platform/errors/app-error.js';
import type { Principal } from '../platform/http/current-user.decorator.js';
import { UserLinkingService } from './user-linking.service.js';
import { UsersService } from './users.service.js';
import type { User } from './user.js';

@Injectable()
export class ProfileService {
  constructor(
    private readonly users: UsersService,
    private readonly linking: UserLinkingService,
    private readonly identityProvider: IdentityProvider,
  ) {}

  /**
   * The caller's row. A `sub` we have never seen comes from a sign-in at another product's client: Cognito is asked who
   * that is, and then it is as at sign-in.
   * @throws AppError `auth.token_invalid` for a disabled row, `auth.account_link_conflict`
   */
  async of({ sub, accessToken }: Principal): Promise<User> {
    const user = (await this.users.findBySub(sub)) ?? (await this.introduce(accessToken));
    if (user.disabled) throw new AppError('auth.token_invalid');
    return user;
  }

  private async introduce(accessToken: string): Promise<User> {
    try {
      return await this.linking.link(await this.identityProvider.getUser(accessToken));
    } catch (error) {
      if (isAppError(error, 'auth.invalid_credentials'))
        throw new AppError('auth.token_invalid', { cause: error });
      throw error;
    }
  }
}
