import { type AdminUserResponse, type MeResponse, toJsonId, type UserResponse } from '#contracts';
import { permissionsOf } from './roles.js';
import type { User } from './user.entity.js';

/** What most code reads of a row. */
export type LocalUser = Pick<User, 'id' | 'email' | 'firstName' | 'lastName' | 'roles' | 'sub' | 'disabled'>;

/** Lists the members, because a rest pattern takes a tenth of the time of the query. */
export const toLocalUser = ({
  id,
  email,
  firstName,
  lastName,
  roles,
  sub,
  disabled,
}: LocalUser): LocalUser => ({
  id,
  email,
  firstName,
  lastName,
  roles,
  sub,
  disabled,
});

/** Whether and how the user of an address may sign in, without the password hash. */
export interface AccountState {
  user: LocalUser;
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
  /** The id that a read-only source has; `null` for all rows that are no copies. */
  legacyId: string | null;
  /** Whether the source had a hash when the copy was made, and no password set through Usher has replaced it. */
  hashInSource: boolean;
  /** Further values that a source file names, for the answer of `/aws/auth`. */
  attributes?: Readonly<Record<string, string>>;
  /** Of `passwordHash`, if it was read from the source. */
  hashDigest: Buffer | null;
}

/** Lists the fields, so that a new column is not exposed by default. */
export function toUserResponse({ id, email, firstName, lastName, roles }: LocalUser): UserResponse {
  return { id: toJsonId(id), email, firstName, lastName, roles };
}

/** What `GET /users/me` returns. */
export type Me = LocalUser & Pick<User, 'profile' | 'unconfirmedEmail'>;

export function toMeResponse(record: Me): MeResponse {
  const { profile, unconfirmedEmail, roles } = record;
  return { ...toUserResponse(record), profile, unconfirmedEmail, permissions: permissionsOf(roles) };
}

/** @param unlockInSeconds how long Devise's lock holds; `undefined`: for ever */
export function toAdminUserResponse(record: User, unlockInSeconds: number | undefined): AdminUserResponse {
  const { profile, sub, legacyId, confirmed, blocked, erasure, unconfirmedEmail } = record;
  const lockedUntil = record.lockedAt && record.lockedAt.getTime() + (unlockInSeconds ?? Infinity) * 1000;
  const locked = Math.max(lockedUntil ?? 0, record.legacyLockedUntil?.getTime() ?? 0) > Date.now();
  const state = { sub, legacyId, confirmed, locked, disabled: record.disabledAt !== null, blocked, erasure };
  const createdAt = record.createdAt?.toISOString() ?? null;
  return { ...toUserResponse(record), profile, ...state, unconfirmedEmail, createdAt };
}
