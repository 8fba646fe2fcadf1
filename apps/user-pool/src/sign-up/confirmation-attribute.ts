import { isAutoVerified } from '../state/pool-rules.js';
import type { Pool, User } from '../state/records.js';

/** The destination of a sign-up code: the phone number if both are auto-verified; undefined if none is. */
export const confirmationAttribute = ({ settings }: Pool, user: User): string | undefined =>
  ['phone_number', 'email'].find(
    (name) => isAutoVerified(settings, name) && user.attributes[name] !== undefined,
  );
