import { Injectable } from '@nestjs/common';
import { isBlankHash } from '#password-hashes';
import { type PoolUser, UserDirectory } from '../cognito/user-directory.js';
import { AppError, isAppError } from '../common/errors/app-error.js';
import { Log } from '../common/logging/log.js';
import { LegacyPasswordVerifier } from '../credentials/legacy-password.verifier.js';
import { LegacyAccounts } from '../legacy/legacy-accounts.js';
import { PasswordRestores } from '../credentials/password-restores.js';
import { PoolUserGateway } from '../users/pool-user.gateway.js';
import { UsersService } from '../users/users.service.js';
import type { AccountState } from '../users/user.js';

/**
 * A stranger can request a password reset for, or sign up at Cognito with, the address of a legacy user. Either creates a pool
 * user and so prevents the migration. The right legacy password still signs the legacy user in.
 */
@Injectable()
export class LegacyPasswordRecovery {
  constructor(
    private readonly users: UsersService,
    private readonly accounts: LegacyAccounts,
    private readonly passwords: LegacyPasswordVerifier,
    private readonly directory: UserDirectory,
    private readonly restores: PasswordRestores,
    private readonly poolUsers: PoolUserGateway,
    private readonly log: Log,
  ) {}

  /**
   * For the right password of a legacy user: sets it in the pool if the pool user has none, or deletes an unconfirmed pool user
   * of a stranger.
   * @param elapsedMs milliseconds since the sign-in began
   * @returns whether it changed the pool, so that the sign-in can be repeated; `false` also while a dependency is unavailable
   * @throws AppError `passwords.reset_required` if the pool's policy refuses the right password; `legacy.unavailable`
   */
  async recover(email: string, password: string, elapsedMs: number): Promise<boolean> {
    try {
      // `/aws/auth` has checked it, possibly in another process: a second hash would delay this refusal.
      if (await this.passwords.isRefusedSince(email, password, elapsedMs)) return false;
      return await this.tryToRecover(email, password);
    } catch (error) {
      if (!isAppError(error, 'overloaded', 'cognito.unavailable', 'cognito.credentials_missing')) throw error;
      this.log.warn('legacy password check skipped: dependency unavailable', { error: error.cause });
      return false;
    }
  }

  private async tryToRecover(email: string, password: string): Promise<boolean> {
    // Without asking a source: most refused sign-ins are of users who have migrated.
    const state = await this.users.findAccountState(email);
    if (state?.user.sub != null) return false;
    const account = await this.accounts.find(email);
    if (account === undefined || !maySignIn(account) || isBlankHash(account.passwordHash)) return false;
    if (!(await this.passwords.verify(email, account, password))) return false;
    const poolUser = await this.directory.find(email);
    if (poolUser === undefined) return false;
    // Cognito migrates the owner at the next sign-in.
    if (await this.poolUsers.deleteUnconfirmed(poolUser, account.user)) return true;
    // The pool user is linked to a row whose address has changed since.
    if (!hasNoPassword(poolUser) || (await this.users.findBySub(poolUser.sub))) return false;
    return this.restores.run(account, () => this.setPassword(poolUser, password));
  }

  /** @returns the `sub`, also if another sign-in or a reset has set a password since; `undefined` if the pool user is gone */
  private async setPassword({ username, sub }: PoolUser, password: string): Promise<string | undefined> {
    const current = await this.directory.find(username);
    if (current?.sub !== sub) return undefined;
    if (!hasNoPassword(current)) return sub;
    try {
      await this.directory.setPassword(username, password);
    } catch (error) {
      if (!isAppError(error, 'passwords.policy', 'passwords.reused')) throw error;
      throw new AppError('passwords.reset_required', { cause: error });
    }
    return sub;
  }
}

/** After a sign-in has linked the row, only the pool's password counts. */
const maySignIn = ({ user, confirmed, locked }: AccountState): boolean =>
  user.sub === null && confirmed && !locked && !user.disabled;

/** A finished reset makes the pool user `CONFIRMED`, with a new password. */
const hasNoPassword = ({ status, enabled }: PoolUser): boolean => enabled && status === 'RESET_REQUIRED';
