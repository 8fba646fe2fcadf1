/** Somebody as the user pool has them, whoever asks. */
export interface PoolUser {
  /** In a pool with addresses as user names, the `sub`. */
  username: string;
  sub: string;
  email: string | undefined;
  emailVerified: boolean;
  /** Cognito's `UserStatus`, such as `CONFIRMED`, `RESET_REQUIRED`, `FORCE_CHANGE_PASSWORD`, `UNCONFIRMED`. */
  status: string;
  enabled: boolean;
  createdAt: Date;
  /** Moves with the password and with attributes, not with sign-ins. */
  modifiedAt: Date;
}

/** What the pool asks of a new password (Cognito's `PasswordPolicyType`). */
export interface PasswordPolicy {
  minimumLength: number;
  requireUppercase: boolean;
  requireLowercase: boolean;
  requireNumbers: boolean;
  requireSymbols: boolean;
  /** How many earlier passwords may not come back; 0: all may. */
  passwordHistorySize: number;
  temporaryPasswordValidityDays: number;
}

/** Settings of the pool that decide how users may change what identifies them. */
export interface PoolSettings {
  /** Attributes that keep their value until the new one is verified (`AttributesRequireVerificationBeforeUpdate`). */
  verifiedBeforeUpdate: string[];
}

/** Settings of an app client that decide what its users may change by themselves. */
export interface AppClientSettings {
  clientId: string;
  /** Absent where the client has no list of its own. */
  writeAttributes: string[] | undefined;
  /** Those besides the pool itself (`COGNITO`). */
  identityProviders: string[];
}

/**
 * The pool as its administrator sees it. Everything here needs AWS credentials.
 * @throws AppError `cognito.credentials_missing` (501) without them, `request.not_found` where nobody has the name, and
 * what `IdentityProvider` throws when Cognito cannot be asked
 */
export abstract class UserDirectory {
  /** For work that must not begin where it cannot be finished. @throws AppError `cognito.credentials_missing` */
  abstract requireCredentials(): Promise<void>;

  /**
   * An address is looked up in all its spellings; of several users one that has confirmed the address comes first.
   * @param name a user name, a `sub` where that is the user name, or an address
   */
  abstract find(name: string): Promise<PoolUser | undefined>;

  /**
   * Everybody, page by page, each asked for when it is wanted. Slow enough to leave others their share of the quota, which is
   * one for all of an account's `ListUsers` in a Region.
   */
  abstract list(): AsyncIterable<PoolUser[]>;

  /** Nobody of that name is fine, too. */
  abstract delete(username: string): Promise<void>;

  /** For good; the user is `CONFIRMED` then. @throws AppError `passwords.policy`, `passwords.reused` */
  abstract setPassword(username: string, password: string): Promise<void>;

  /** A new temporary password by mail for somebody in `FORCE_CHANGE_PASSWORD`. Others are left alone. */
  abstract inviteAgain(username: string): Promise<void>;

  /** Sets a verified address. @throws AppError `auth.account_link_conflict` when another user has it, in any spelling */
  abstract changeEmail(username: string, email: string): Promise<void>;

  abstract disable(username: string): Promise<void>;

  abstract enable(username: string): Promise<void>;

  /** Ends every session of the user at Cognito. */
  abstract signOutEverywhere(username: string): Promise<void>;

  /** Asked at Cognito every few minutes at most. */
  abstract passwordPolicy(): Promise<PasswordPolicy>;

  abstract describePool(): Promise<PoolSettings>;

  abstract describeAppClient(clientId: string): Promise<AppClientSettings>;
}
