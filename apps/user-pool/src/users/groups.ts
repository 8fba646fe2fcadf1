import type { Context } from '../context.js';
import type { Group, User } from '../state/records.js';

/** By precedence, the lowest first; groups without one come last. */
export function groupsOf(context: Context, user: User): Group[] {
  return user.groups
    .flatMap((name) => context.database.group(user.poolId, name) ?? [])
    .sort((one, other) => (one.precedence ?? Infinity) - (other.precedence ?? Infinity) || 0);
}
