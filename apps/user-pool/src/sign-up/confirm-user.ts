import type { Context } from '../context.js';
import { withoutCode } from '../delivery/codes.js';
import type { Pool, User } from '../state/records.js';
import { claimAlias } from '../users/aliases.js';
import { currentUser, modifyUser } from '../users/users.js';
import { notAuthorized } from '../wire/errors.js';

export function refuseConfirmed({ status }: User): void {
  if (status === 'UNCONFIRMED') return;
  throw notAuthorized(`User cannot be confirmed. Current status is ${status}`);
}

/** `attribute` is the address that the code verified; a confirmation by an administrator verifies none. */
export function confirmUser(
  context: Context,
  pool: Pool,
  user: User,
  { attribute, forcesAlias }: { attribute?: string; forcesAlias?: boolean | undefined },
): User {
  const current = currentUser(context, user);
  refuseConfirmed(current);
  const attributes = {
    ...current.attributes,
    ...(attribute !== undefined && { [`${attribute}_verified`]: 'true' }),
  };
  claimAlias(context, pool, { ...current, attributes }, forcesAlias ?? false);
  return modifyUser(context, current, {
    attributes,
    status: 'CONFIRMED',
    codes: withoutCode(current, 'sign-up'),
  });
}
