import { passwordPolicy } from '../state/pool-rules.js';
import type { PoolSettings } from '../state/records.js';
import { invalidParameter, ServiceError } from '../wire/errors.js';
import { passwordPattern } from '../wire/request.js';

/** The symbols Cognito counts, a space inside the password included. (Developer guide, Password requirements) */
const symbol = /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]/;

export function checkPasswordPolicy(settings: PoolSettings, password: string): void {
  checkEveryPassword(password);
  const policy = passwordPolicy(settings);
  const minimum = policy.MinimumLength ?? 6;
  if ([...password].length < minimum) throw refusal('Password not long enough');
  if (policy.RequireUppercase && !/[A-Z]/.test(password))
    throw refusal('Password must have uppercase characters');
  if (policy.RequireLowercase && !/[a-z]/.test(password))
    throw refusal('Password must have lowercase characters');
  if (policy.RequireNumbers && !/[0-9]/.test(password))
    throw refusal('Password must have numeric characters');
  if (policy.RequireSymbols && !symbol.test(password)) throw refusal('Password must have symbol characters');
}

/** Checks of the API that precede the policy of the pool. */
function checkEveryPassword(password: string): void {
  const refuse = (rule: string) =>
    invalidParameter(
      `1 validation error detected: Value at 'password' failed to satisfy constraint: Member must ${rule}`,
    );
  if (password.length < 6) throw refuse('have length greater than or equal to 6');
  if (password.length > 256) throw refuse('have length less than or equal to 256');
  if (!passwordPattern.test(password)) throw refuse('satisfy regular expression pattern: [\\S]+.*[\\S]+');
}

const refusal = (rule: string) =>
  new ServiceError('InvalidPasswordException', `Password did not conform with policy: ${rule}`);
