import { Injectable } from '@nestjs/common';
import { isBlankHash } from '#password-hashes';
import { type PoolUser, UserDirectory } from '../cognito/user-directory.js';
import { AppError, isAppError } from '../platform/errors/app-error.js';
import { Log } from '../platform/logging/log.js';
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
    private readonly log: Log,
  ) {}

  /**
   * Gives the pool the password just typed, if it is the old one of somebody who never signed in through Cognito and has
   * no password there. Whether it did; when anything that is needed for it is away, it did not.
   * @throws AppError `passwords.reset_required` when the pool's rules refuse the right password
   */
  async restore(email: string, password: string): Promise<boolean> {
    try {
      return await this.tryToRestore(email, password);
    } catch (error) {
      if (!isAppError(error, 'overloaded', 'cognito.unavailable', 'cognito.credentials_missing')) throw error;
      this.log.warn('whether an old password still counts could not be found out', { error: error.cause });
      return false;
    }
  }

  private async tryToRestore(email: string, password: string): Promise<boolean> {
    const account = await this.users.findLegacyAccount(email);
    if (account === undefined || !maySignIn(account)) return false;
    if (!(await this.passwords.accepts(email, account, password))) return false;
    const poolUser = await this.directory.find(email);
    if (poolUser === undefined || !hasNoPassword(poolUser)) return false;
    // Its owner has another address by now.
    if (await this.users.findBySub(poolUser.sub)) return false;
    // The row whose hash was checked is the row that the sign-in links.
    if (!(await this.users.recordAgreement(account))) return false;
    try {
      await this.directory.setPassword(poolUser.username, password);
    } catch (error) {
      if (!isAppError(error, 'passwords.policy', 'passwords.reused')) throw error;
      throw new AppError('passwords.reset_required', { cause: error });
    }
    return true;
  }
}

/** Once a sign-in has linked the row, Cognito's password is the only one. */
const maySignIn = ({ user, passwordHash, confirmed, locked }: LegacyAccount): boolean =>
  !isBlankHash(passwordHash) && user.sub === null && confirmed && !locked && !user.disabled;

/** Whoever finished a reset is `CONFIRMED` and has chosen another password. */
const hasNoPassword = ({ status, enabled }: PoolUser): boolean => enabled && status === 'RESET_REQUIRED';
