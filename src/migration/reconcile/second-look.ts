import { canonicalEmail } from '#contracts';
import type { PoolUser } from '../../cognito/user-directory.js';
import type { RowState } from '../../users/row-mending.js';
import type { EmailFrom, Mend } from './finding.js';

/** One person as both sides have them now. */
export interface BothSides {
  row: RowState;
  poolUser: PoolUser;
}

const sameEmail = ({ row, poolUser }: BothSides): boolean =>
  canonicalEmail(row.email) === canonicalEmail(poolUser.email ?? '');

const isLinked = ({ row, poolUser }: BothSides): boolean => row.sub === poolUser.sub;

const isFree = (sides: BothSides): boolean =>
  sides.row.sub === null && !sides.row.disabled && sameEmail(sides);

export const isProven = ({ emailVerified, status, enabled }: PoolUser): boolean =>
  emailVerified && status === 'CONFIRMED' && enabled;

type Condition = (sides: BothSides, emailFrom: EmailFrom) => boolean;

/** What each mend of a row was found for, and must still be so: hours can lie between the listing and the mend. */
const conditions: Record<Exclude<Mend, 'unlink' | 'insert_row'>, Condition> = {
  link: (sides) => isFree(sides) && isProven(sides.poolUser),
  record_reset: (sides) =>
    isFree(sides) && sides.poolUser.status === 'RESET_REQUIRED' && sides.poolUser.enabled,
  delete_in_pool: (sides) =>
    sides.poolUser.status === 'UNCONFIRMED' && sides.row.confirmed && !isLinked(sides) && sameEmail(sides),
  take_email_from_pool: (sides) => isLinked(sides) && sides.poolUser.emailVerified && !sameEmail(sides),
  give_email_to_pool: (sides, emailFrom) =>
    isLinked(sides) &&
    !sameEmail(sides) &&
    sides.row.confirmed &&
    (emailFrom === 'table' || !sides.poolUser.emailVerified),
  disable_in_pool: (sides) => isLinked(sides) && sides.row.disabled && sides.poolUser.enabled,
  disable_here: (sides) => isLinked(sides) && !sides.row.disabled && !sides.poolUser.enabled,
};

export function stillHolds(mend: Mend, sides: BothSides, emailFrom: EmailFrom): boolean {
  return mend !== 'unlink' && mend !== 'insert_row' && conditions[mend](sides, emailFrom);
}
