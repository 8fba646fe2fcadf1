import type { AwsAuthResponse } from '#contracts';
import type { LegacyAccount } from '../users/user.js';

/** The published contract's keys, one by one; no hash of a password is among them. */
export function toAwsAuthResponse(account: LegacyAccount | undefined, success: boolean): AwsAuthResponse {
  if (account === undefined) return unknownUser;
  if (account.erased) return { ...unknownUser, sign_up_allowed: false };
  const { user, authenticationHash, confirmed, linkedForGood, agreedJustNow } = account;
  return {
    id: user.id,
    first_name: user.firstName,
    last_name: user.lastName,
    email: user.email,
    authentication_hash: authenticationHash,
    user_exists: true,
    success,
    email_verified: confirmed,
    // A lock is no obstacle: a code from the mailbox is better proof than the password that was guessed at. Whom the pool
    // no longer knows although the row is linked, somebody has deleted there.
    password_reset_allowed: confirmed && !user.disabled && !linkedForGood,
    sign_up_allowed: agreedJustNow,
  };
}

const unknownUser: AwsAuthResponse = {
  id: null,
  first_name: null,
  last_name: null,
  email: null,
  authentication_hash: null,
  user_exists: false,
  success: false,
  email_verified: false,
  password_reset_allowed: false,
  sign_up_allowed: true,
};
