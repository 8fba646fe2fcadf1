import type { Context } from '../context.js';
import { afterFailure, isLocked } from '../passwords/lock-out.js';
import { isImportedPassword } from '../passwords/imported-hash.js';
import { isPassword, storePassword } from '../passwords/stored-password.js';
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

export type Proof = (context: Context, user: User) => Promise<boolean>;

export const typed =
  (password: string): Proof =>
  async (context, user) => {
    if (user.password) return isPassword(user.password, password);
    if (!user.importedHash || !(await isImportedPassword(user.importedHash, password))) return false;
    await replaceImportedHash(context, user, password);
    return true;
  };

/** The first sign-in stores the password as the pool does, which makes SRP possible. The modification date stays. */
async function replaceImportedHash(context: Context, user: User, password: string): Promise<void> {
  const stored = await storePassword(user, password);
  if (currentUser(context, user).importedHash?.hash !== user.importedHash?.hash) return;
  updateUser(context, user, { password: stored, importedHash: undefined });
}

/** Checks passwords of one user sequentially, and counts failures for the lock-out. */
export function checkPassword(context: Context, user: User, isRight: Proof): Promise<void> {
  return context.passwordMutex.runExclusive(`${user.poolId}/${user.sub}`, async () => {
    const current = currentUser(context, user);
    const { failures } = current;
    if (isLocked(failures, context.clock.now())) throw attemptsExceeded();
    if (await isRight(context, current)) {
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
    if (user.password) await isRight(context, user);
    throw hides ? incorrectCredentials() : userDisabled();
  }
  if (user.status === 'UNCONFIRMED') throw userNotConfirmed();
  // With PreventUserExistenceErrors only the correct password reveals RESET_REQUIRED; imported users have no password.
  if (user.status === 'RESET_REQUIRED' && !hides) throw passwordResetRequired();
  await checkPassword(context, user, isRight);
  if (user.status === 'RESET_REQUIRED') throw passwordResetRequired();
}
