import type { AdminUserResponse, MeResponse, UserResponse } from '#contracts';
import { permissionsOf } from './roles.js';

/** A row of the `users` table, without its hash. */
export interface User {
  id: number;
  email: string;
  firstName: string | null;
  lastName: string | null;
  roles: string[];
  /** Cognito's `sub`, if the row is linked. Can be replaced, so it is not a key. */
  sub: string | null;
  disabled: boolean;
}

/** Whether and how the user of an address may sign in, without the password hash. */
export interface AccountState {
  user: User;
  confirmed: boolean;
  /** Devise's lock, unless it has expired. */
  locked: boolean;
  /** Linked for so long that no first sign-in can still be in progress. */
  linkFinal: boolean;
  /** `/aws/auth` has approved within the last seconds: Cognito is creating the user. */
  approvedRecently: boolean;
  /** A user with this address was deleted; the address stays refused. */
  erased: boolean;
}

/** A user who may not have migrated yet, with the hash: only for code that checks or replaces a legacy password. */
export interface LegacyAccount extends AccountState {
  /** Empty for users without a password. */
  passwordHash: string;
  /** The old application's own column. */
  authenticationHash: string | null;
}

/** A row as administrators see it. */
export interface UserRecord extends User {
  profile: Record<string, unknown>;
  confirmed: boolean;
  /** Disabled by an administrator. */
  disabledHere: boolean;
  /** Blocked by the old application (`LEGACY_BLOCKED_WHEN`). */
  blocked: boolean;
  unconfirmedEmail: string | null;
  createdAt: Date;
  erasure: 'pending' | 'done' | null;
}

/** Lists the fields, so that a new column is not exposed by default. */
export function toUserResponse({ id, email, firstName, lastName, roles }: User): UserResponse {
  return { id, email, firstName, lastName, roles };
}

export function toMeResponse(record: UserRecord): MeResponse {
  const { profile, unconfirmedEmail, roles } = record;
  return { ...toUserResponse(record), profile, unconfirmedEmail, permissions: permissionsOf(roles) };
}

export function toAdminUserResponse(record: UserRecord): AdminUserResponse {
  const { profile, sub, confirmed, disabledHere: disabled, blocked, erasure, unconfirmedEmail } = record;
  const state = { sub, confirmed, disabled, blocked, erasure, unconfirmedEmail };
  return { ...toUserResponse(record), profile, ...state, createdAt: record.createdAt.toISOString() };
}
