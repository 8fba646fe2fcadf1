import type { Context } from '../context.js';
import type { Pool } from '../state/records.js';
import { isStandard, schemaOf } from '../users/schema.js';

export const usernameColumn = 'cognito:username';
export const mfaColumn = 'cognito:mfa_enabled';
export const hashColumn = 'password_hash';

/** The order in the developer guide. */
const standardColumns = [
  'name',
  'given_name',
  'family_name',
  'middle_name',
  'nickname',
  'preferred_username',
  'profile',
  'picture',
  'website',
  'email',
  'email_verified',
  'gender',
  'birthdate',
  'zoneinfo',
  'locale',
  'phone_number',
  'phone_number_verified',
  'address',
  'updated_at',
];

/** The columns that a CSV file must have, in any order. `password_hash` only needs to be there in a job with an algorithm. */
export function csvHeader(context: Pick<Context, 'account'>, pool: Pool): string[] {
  const custom = [...schemaOf(pool.settings).keys()].filter((name) => !isStandard(name));
  const hash = context.account.importsHashes(pool.id) ? [hashColumn] : [];
  return [...standardColumns, ...custom, mfaColumn, usernameColumn, ...hash];
}
