import { Injectable } from '@nestjs/common';
import { type PoolUser, UserDirectory } from '../cognito/user-directory.js';
import { AppError, isAppError } from '../platform/errors/app-error.js';
import { LegacyPasswords } from '../users/legacy-passwords.js';
import { UsersService } from '../users/users.service.js';
import type { LegacyAccount } from '../users/user.js';

/**
 * Anybody can ask for a reset of anybody's password. For somebody whom the pool did not know that makes a Cognito user
 * without a password, and the owner, who asked for nothing, could not sign in any more. Here the old password still counts.
 */
@Injectable()
export class OldPasswordsService {
  constructor(
    private readonly users: UsersService,
    private readonly passwords: LegacyPasswords,
    private readonly directory: UserDirectory,
  ) {}

  /**
   * Gives the pool the password just typed, if it is the old one of somebody who never signed in through Cognito and has
   * no password there. Whether it did.
   * @throws AppError `passwords.reset_required` when the pool's rules refuse the right password
   */
  async restore(email: string, password: string): Promise<boolean> {
    const account = await this.users.findLegacyAccount(email);
    if (account === undefined || !maySignIn(account)) return false;
    if (!(await this.passwords.accepts(email, account, password))) return false;
    const poolUser = await this.find(email);
    if (poolUser === undefined || !hasNoPassword(poolUser)) return false;
    try {
      await this.directory.setPassword(poolUser.username, password);
    } catch (error) {
      if (!isAppError(error, 'passwords.policy', 'passwords.reused')) throw error;
      throw new AppError('passwords.reset_required', { cause: error });
    }
    return true;
  }

  private async find(email: string): Promise<PoolUser | undefined> {
    try {
      return await this.directory.find(email);
    } catch (error) {
      if (isAppError(error, 'cognito.credentials_missing')) return undefined;
      throw error;
    }
  }
}

/** Once a sign-in has linked the row, Cognito's password is the only one. */
const maySignIn = ({ user, passwordHash, confirmed, locked }: LegacyAccount): boolean =>
  passwordHash !== '' && user.sub === null && confirmed && !locked && !user.disabled;

/** Whoever finished a reset is `CONFIRMED` and has chosen another password. */
const hasNoPassword = ({ status, enabled }: PoolUser): boolean => enabled && status === 'RESET_REQUIRED';
