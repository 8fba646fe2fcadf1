import { Injectable } from '@nestjs/common';
import { type AwsAuthResponse, toJsonId } from '#contracts';
import { LegacyPasswordVerifier } from '../credentials/legacy-password.verifier.js';
import { MigrationStatus } from '../users/migration-status.js';
import { UserLinksRepository } from '../users/user-links.repository.js';
import { UsersService } from '../users/users.service.js';
import type { AccountState, LegacyAccount } from '../users/user.js';

interface Credentials {
  email: string;
  /** Absent for a reset or a sign-up; any other value that is not a string is a wrong password. */
  password: unknown;
  /** A sign-up has the purpose `sign-in`: only a reset creates a pool user without a password. */
  purpose: 'sign-in' | 'reset';
}

/** Verifies a legacy password for the migration trigger. Idempotent: Cognito calls the trigger up to three times per sign-in. */
@Injectable()
export class LegacyCredentialsService {
  constructor(
    private readonly users: UsersService,
    private readonly links: UserLinksRepository,
    private readonly passwords: LegacyPasswordVerifier,
    private readonly migrationStatus: MigrationStatus,
  ) {}

  async verifyCredentials({ email, password, purpose }: Credentials): Promise<AwsAuthResponse> {
    const account = await this.users.findLegacyAccount(email);
    const accepted = await this.passwords.verify(email, account, password);
    const isEligible = accepted && account !== undefined && maySignIn(account);
    const success = isEligible && (await this.links.markApproved(account));
    // Rows have the address, but the lookup selects none of them: refuse a sign-up with it.
    const isShared = account === undefined && password === undefined && (await this.users.hasRows(email));
    const response = { ...toResponse(account, success), ...(isShared && { sign_up_allowed: false }) };
    if (purpose === 'reset' && account && response.password_reset_allowed)
      this.migrationStatus.recordReset(account.user.id);
    return response;
  }
}

const maySignIn = ({ user, confirmed, locked, linkFinal }: AccountState): boolean =>
  confirmed && !locked && !user.disabled && !linkFinal;

/** The members are listed one by one, so that no password hash is among them. */
function toResponse(
  account: Omit<LegacyAccount, 'passwordHash'> | undefined,
  success: boolean,
): AwsAuthResponse {
  if (account === undefined) return unknownUser;
  if (account.erased) return { ...unknownUser, sign_up_allowed: false };
  const { user, authenticationHash, confirmed, linkFinal, approvedRecently } = account;
  return {
    id: toJsonId(user.id),
    first_name: user.firstName,
    last_name: user.lastName,
    email: user.email,
    authentication_hash: authenticationHash,
    user_exists: true,
    success,
    email_verified: confirmed,
    // A lock does not matter: a mailed code proves more than the guessed password. A final link without a pool user means that the
    // pool user was deleted.
    password_reset_allowed: confirmed && !user.disabled && !linkFinal,
    sign_up_allowed: approvedRecently,
  };
}

const unknownUser: AwsAuthResponse = {
  id: null,
  first_name: null,
  last_name: null,
  email: null,
  authentication_hash: null,
  user_exists: false,
  success: false,
  email_verified: false,
  password_reset_allowed: false,
  sign_up_allowed: true,
};
