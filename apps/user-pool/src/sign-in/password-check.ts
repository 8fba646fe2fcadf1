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

/** Judges guesses at one user's password one after the other, and counts the wrong ones towards the lock-out. */
export function checkPassword(context: Context, user: User, isRight: Proof): Promise<void> {
  return context.turns.take(`${user.poolId}/${user.sub}`, async () => {
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

/** Some states are told before the password is looked at, as Cognito does. */
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
  // Where users are hidden only the right password shows that a reset is due; imported users have none.
  if (user.status === 'RESET_REQUIRED' && !hides) throw passwordResetRequired();
  await checkPassword(context, user, isRight);
  if (user.status === 'RESET_REQUIRED') throw passwordResetRequired();
}
