import { passwordPolicy } from '../state/pool-rules.js';
import type { Pool, User } from '../state/records.js';
import { ServiceError } from '../wire/errors.js';
import { checkPasswordPolicy } from './password-policy.js';
import { isPassword, storePassword } from './stored-password.js';

/** Returns the stored form of a new password. @throws ServiceError if it violates the policy or the history */
export async function choosePassword(
  pool: Pool,
  user: Pick<User, 'username' | 'password' | 'passwordHistory'>,
  password: string,
): Promise<Pick<User, 'password' | 'passwordHistory' | 'importedHash'>> {
  checkPasswordPolicy(pool.settings, password);
  const size = passwordPolicy(pool.settings).PasswordHistorySize ?? 0;
  const used = [user.password ?? [], user.passwordHistory ?? []].flat().slice(0, size);
  for (const stored of used) if (await isPassword(stored, password)) throw usedBefore();
  const stored = await storePassword({ poolId: pool.id, username: user.username }, password);
  const chosen = { password: stored, importedHash: undefined };
  return size > 0 ? { ...chosen, passwordHistory: used } : chosen;
}

const usedBefore = () =>
  new ServiceError('PasswordHistoryPolicyViolationException', 'Password has previously been used');
