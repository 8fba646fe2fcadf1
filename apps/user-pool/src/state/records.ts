import type {
  CreateUserPoolClientRequest,
  CreateUserPoolRequest,
  EmailMfaConfigType,
  LogConfigurationType,
  PasswordHashingAlgorithmType,
  UserImportJobStatusType,
  UserStatusType,
  WebAuthnConfigurationType,
} from '@aws-sdk/client-cognito-identity-provider';
import type { StoredPassword } from '../passwords/stored-password.js';

/** Records are immutable: `Database` replaces them, so that a waiting operation keeps a consistent one. */
export interface Pool {
  id: string;
  createdAt: number;
  modifiedAt: number;
  settings: PoolSettings;
  /** The second factors that the pool allows. */
  factors: Factor[];
  /** Settings of SetUserPoolMfaConfig that UpdateUserPool does not have. */
  emailMfa?: EmailMfaConfigType | undefined;
  webAuthn?: WebAuthnConfigurationType | undefined;
  logs?: LogConfigurationType[];
}

export type Factor = 'EMAIL_MFA' | 'SMS_MFA' | 'SOFTWARE_TOKEN_MFA';

export interface Group {
  poolId: string;
  name: string;
  createdAt: number;
  modifiedAt: number;
  description?: string;
  roleArn?: string;
  precedence?: number;
}

export type PoolSettings = Omit<CreateUserPoolRequest, 'PoolName'> & { PoolName: string };

export interface Client {
  id: string;
  poolId: string;
  createdAt: number;
  modifiedAt: number;
  secret?: string;
  settings: ClientSettings;
}

export type ClientSettings = Omit<
  CreateUserPoolClientRequest,
  'UserPoolId' | 'GenerateSecret' | 'ClientSecret' | 'ClientName'
> & { ClientName: string };

/** A code is valid for one purpose: a sign-up code cannot reset a password. */
export type CodePurpose = 'sign-up' | 'reset' | 'email' | 'phone_number';

export interface PendingCode {
  code: string;
  expiresAt: number;
  /** The attribute to which the code was sent, and which the code verifies. */
  attribute: string;
  /** A new address that replaces the old one after its verification. */
  newValue?: string;
}

export interface User {
  poolId: string;
  /** Users are listed in this order. */
  sequence: number;
  sub: string;
  username: string;
  /** Without `sub`. */
  attributes: Record<string, string>;
  status: UserStatusType;
  enabled: boolean;
  createdAt: number;
  modifiedAt: number;
  password?: StoredPassword;
  /** The hash of an import job. The first sign-in with the right password replaces it with `password`. */
  importedHash?: ImportedHash;
  /** Newest first; stored only if the policy has a history. */
  passwordHistory?: StoredPassword[];
  temporaryPasswordExpiresAt?: number;
  failures?: { count: number; lastAt: number };
  codes: Partial<Record<CodePurpose, PendingCode>>;
  /**
   * Prefix of the `origin_jti` of all tokens of the user. A new value revokes all tokens, so nothing
   * is stored per sign-in.
   */
  sessionEpoch: string;
  groups: string[];
  factors: Factor[];
  preferredFactor?: Factor;
  authenticator?: Authenticator;
  /** The secret of an authenticator app that is not verified yet. */
  pendingAuthenticatorSecret?: string;
}

export interface ImportedHash {
  algorithm: PasswordHashingAlgorithmType;
  hash: string;
}

export interface ImportJob {
  id: string;
  poolId: string;
  name: string;
  roleArn: string;
  algorithm?: PasswordHashingAlgorithmType;
  status: UserImportJobStatusType;
  createdAt: number;
  startedAt?: number;
  completedAt?: number;
  message?: string;
  imported: number;
  skipped: number;
  failed: number;
  /** The lines and bytes of the file that are done. They are stored together with the users of these lines. */
  linesDone: number;
  bytesDone: number;
  /** The bytes of the log that are valid; an interrupted process may have written more. */
  logLength: number;
}

export interface Authenticator {
  secret: string;
  deviceName?: string;
  /** The latest time step of an accepted code, because a code is valid once. */
  usedStep: number;
}
