import type { Context } from '../context.js';
import type { Pool } from '../state/records.js';
import { takenName, type NewName } from '../users/usernames.js';
import { usernameExists } from '../wire/errors.js';

const shown: Record<string, string> = { email: 'email', phone_number: 'phone_number' };

/** Thrown even with PreventUserExistenceErrors: Cognito cannot hide a taken address if it is the username. */
export function refuseTakenName(context: Context, pool: Pool, name: NewName): void {
  const taken = takenName(context, pool, name);
  if (taken === undefined) return;
  const address = shown[taken];
  throw usernameExists(
    address ? `An account with the given ${address} already exists.` : 'User already exists',
  );
}
