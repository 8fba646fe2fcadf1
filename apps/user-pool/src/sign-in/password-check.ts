import type { Context } from '../context.js';
import { afterFailure, isLocked } from '../passwords/lock-out.js';
import { isPassword, type StoredPassword } from '../passwords/stored-password.js';
import { hidesUsers } from '../state/client-rules.js';
import type { Client, User } from '../state/records.js';
import { currentUser, updateUser } from '../users/users.js';
import {
  attemptsExceeded,
  incorrectCredentials,
  passwordResetRequired,
  userDisabled,
  userNotConfirmed,
} from '../wire/errors.js';

export type Proof = (stored: StoredPassword) => Promise<boolean>;

export const typed =
  (password: string): Proof =>
  (stored) =>
    isPassword(stored, password);

/** Checks passwords of one user sequentially, and counts failures for the lock-out. */
export function checkPassword(context: Context, user: User, isRight: Proof): Promise<void> {
  return context.passwordMutex.runExclusive(`${user.poolId}/${user.sub}`, async () => {
    const { failures, password: stored } = currentUser(context, user);
    if (isLocked(failures, context.clock.now())) throw attemptsExceeded();
    if (stored && (await isRight(stored))) {
      if (failures) updateUser(context, user, { failures: undefined });
      return;
    }
    updateUser(context, user, { failures: afterFailure(failures, context.clock.now()) });
    throw incorrectCredentials();
  });
}

/** Refuses some states before it checks the password, as Cognito does. */
export async function proveIdentity(
  context: Context,
  client: Client,
  user: User,
  isRight: Proof,
): Promise<void> {
  const hides = hidesUsers(client.settings);
  if (!user.enabled) {
    if (user.password) await isRight(user.password);
    throw hides ? incorrectCredentials() : userDisabled();
  }
  if (user.status === 'UNCONFIRMED') throw userNotConfirmed();
  // With PreventUserExistenceErrors only the correct password reveals RESET_REQUIRED; imported users have no password.
  if (user.status === 'RESET_REQUIRED' && !hides) throw passwordResetRequired();
  await checkPassword(context, user, isRight);
  if (user.status === 'RESET_REQUIRED') throw passwordResetRequired();
}
