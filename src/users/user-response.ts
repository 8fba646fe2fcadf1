import type { UserResponse } from '#contracts';
import type { User } from './user.js';

/** Field by field: a new column leaves the service only when somebody writes it down here. */
export function toUserResponse({ id, email, firstName, lastName, roles }: User): UserResponse {
  return { id, email, firstName, lastName, roles };
}
