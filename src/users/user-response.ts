import type { AdminUserResponse, MeResponse, UserResponse } from '#contracts';
import type { UserRecord } from './persistence/user-records.repository.js';
import { permissionsOf } from './roles.js';
import type { User } from './user.js';

/** Field by field: a new column leaves the service only when somebody writes it down here. */
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
