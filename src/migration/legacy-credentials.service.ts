import { Inject, Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import { type AwsAuthResponse, toJsonId, type UserId } from '#contracts';
import { DummyHash } from '../credentials/dummy-hash.js';
import { LegacyPasswordVerifier } from '../credentials/legacy-password.verifier.js';
import { PasswordHasher } from '../credentials/password-hasher.js';
import { LegacyAccounts, legacySource } from '../legacy/legacy-accounts.js';
import type { LegacySource } from '../legacy/legacy-source.js';
import { MigrationStatus } from '../users/migration-status.js';
import { UserLinksRepository } from '../users/user-links.repository.js';
import type { AccountState, LegacyAccount } from '../users/user.js';

/** Rows of a source from which dummy hashes take scheme and cost. */
const sampleSize = 500;

interface Credentials {
  email: string;
  /** Absent for a reset or a sign-up; any other value that is not a string is a wrong password. */
  password: unknown;
  /** A sign-up has the purpose `sign-in`: only a reset creates a pool user without a password. */
  purpose: 'sign-in' | 'reset';
}

/** Verifies a legacy password for the migration trigger. Idempotent: Cognito calls the trigger up to three times per sign-in. */
@Injectable()
export class LegacyCredentialsService implements OnModuleInit {
  constructor(
    private readonly accounts: LegacyAccounts,
    private readonly links: UserLinksRepository,
    private readonly passwords: LegacyPasswordVerifier,
    private readonly migrationStatus: MigrationStatus,
    private readonly dummies: DummyHash,
    private readonly hasher: PasswordHasher,
    @Optional() @Inject(legacySource) private readonly source?: LegacySource,
  ) {}

  /** The hashes of a read-only source are not in our table. */
  onModuleInit(): void {
    const { source } = this;
    if (source === undefined) return;
    const { hash } = source.describe();
    if (hash) this.hasher.checkAs(hash);
    this.dummies.sampleFrom(async () => {
      // Without a source the latest sample stays.
      const { users } = await source.scan(undefined, sampleSize).catch(() => ({ users: [] }));
      return users.flatMap(({ passwordHash }) => passwordHash ?? []);
    });
  }

  /** @throws AppError `legacy.unavailable`, `overloaded` */
  async verifyCredentials({ email, password, purpose }: Credentials): Promise<AwsAuthResponse> {
    const account = await this.accounts.find(email);
    const accepted = await this.passwords.verify(email, account, password);
    const isEligible = accepted && account !== undefined && maySignIn(account);
    const success = isEligible && (await this.links.markApproved(account));
    // The address has rows, but the lookup selects none of them: refuse a sign-up with it.
    const isShared = account === undefined && password === undefined && (await this.accounts.isTaken(email));
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
  const { user, legacyId, authenticationHash, confirmed, linkFinal, approvedRecently } = account;
  return {
    // First, so that they replace no member of the contract.
    ...account.attributes,
    id: legacyId === null ? toJsonId(user.id) : toJsonId(asInteger(legacyId)),
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

/** A source has its keys as text, whatever their type. */
const asInteger = (id: string): UserId => (/^[1-9]\d{0,15}$/.test(id) ? Number(id) : id);

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
