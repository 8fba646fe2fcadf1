import type {
  CreateUserPoolClientRequest,
  CreateUserPoolRequest,
  UserStatusType,
} from '@aws-sdk/client-cognito-identity-provider';
import type { StoredPassword } from '../passwords/stored-password.js';

/** Records are never changed in place: `Database` replaces them, so that a waiting operation sees a consistent one. */
export interface Pool {
  id: string;
  createdAt: number;
  modifiedAt: number;
  settings: PoolSettings;
  /** The second factors its users may have. */
  factors: Factor[];
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

/** A code is good for one purpose only: a sign-up code resets no password. */
export type CodePurpose = 'sign-up' | 'reset' | 'email' | 'phone_number';

export interface PendingCode {
  code: string;
  expiresAt: number;
  /** The attribute the code was sent to: answering proves that the user holds it. */
  attribute: string;
  /** A new address that takes the place of the old one only once it is proved. */
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
  /** Newest first; kept only where the policy has a history. */
  passwordHistory?: StoredPassword[];
  temporaryPasswordExpiresAt?: number;
  failures?: { count: number; lastAt: number };
  codes: Partial<Record<CodePurpose, PendingCode>>;
  /**
   * Every token family of the user begins its `origin_jti` with this. A new value ends all of them at once, and nothing
   * has to be kept for each sign-in.
   */
  sessionEpoch: string;
  groups: string[];
  factors: Factor[];
  preferredFactor?: Factor;
  authenticator?: Authenticator;
  /** A secret handed out to an authenticator app that has not proved itself yet. */
  pendingAuthenticatorSecret?: string;
}

export interface Authenticator {
  secret: string;
  deviceName?: string;
  /** The latest 30 seconds a code was accepted for: a code works once. */
  usedStep: number;
}
