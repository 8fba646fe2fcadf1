import { isAutoVerified } from '../state/pool-rules.js';
import type { Pool, User } from '../state/records.js';

/** Where a sign-up code goes: the phone first where both are verified at sign-up; nowhere where neither is. */
export const confirmationAttribute = ({ settings }: Pool, user: User): string | undefined =>
  ['phone_number', 'email'].find(
    (name) => isAutoVerified(settings, name) && user.attributes[name] !== undefined,
  );
