import { Injectable } from '@nestjs/common';
import { longestPassword, type AwsAuthResponse } from '#contracts';
import { PasswordChecks } from '../users/password-checks.js';
import { UsersService } from '../users/users.service.js';
import type { LegacyAccount } from '../users/user.js';
import { AccountFailures } from './account-failures.js';
import { DecoyHashes } from './decoy-hashes.js';
import { toAwsAuthResponse } from './aws-auth-response.js';

/** Is a legacy password right, and may its owner move to Cognito? Safe to ask three times for one sign-in. */
@Injectable()
export class LegacyCredentialsService {
  constructor(
    private readonly users: UsersService,
    private readonly passwords: PasswordChecks,
    private readonly failures: AccountFailures,
    private readonly decoys: DecoyHashes,
  ) {}

  /** @param password absent when Cognito asks about a reset or a sign-up; any other odd value is a wrong password */
  async examine(email: string, password: unknown): Promise<AwsAuthResponse> {
    const account = await this.users.findLegacyAccount(email);
    const success = isPassword(password) && (await this.mayMigrate(email, account, password));
    if (success && account) await this.users.recordAgreement(account.user.id);
    return toAwsAuthResponse(account, success);
  }

  /** The hash is checked even when the answer is known, so that all answers take the same time. */
  private async mayMigrate(
    email: string,
    account: LegacyAccount | undefined,
    password: string,
  ): Promise<boolean> {
    const right = await this.isRight(account, password);
    // Asked after the check, so that guesses sent side by side meet the lock their forerunners caused.
    if (await this.failures.isLockedOut(email)) return false;
    if (!right) await this.failures.record(email, password);
    else await this.failures.clear(email);
    return right && account !== undefined && maySignIn(account);
  }

  private async isRight(account: LegacyAccount | undefined, password: string): Promise<boolean> {
    const stored = account?.passwordHash ?? '';
    const outcome = await this.passwords.verify(
      password,
      stored === '' ? await this.decoys.ofUsualCost() : stored,
    );
    return stored !== '' && (outcome === 'match' || outcome === 'match-needs-rehash');
  }
}

const isPassword = (password: unknown): password is string =>
  typeof password === 'string' &&
  password !== '' &&
  password.length <= longestPassword &&
  !password.includes('\u0000') &&
  password.isWellFormed();

const maySignIn = ({ user, confirmed, locked, linkedForGood }: LegacyAccount): boolean =>
  confirmed && !locked && !user.disabled && !linkedForGood;
