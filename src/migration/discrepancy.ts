import type { UserId } from '#contracts';
/** Kinds of discrepancies between table and pool, and the repair of each; `null`: an operator decides. */
const repairs = {
  /** The row is linked to a `sub` that the pool does not have. */
  missing_in_pool: 'unlink',
  /** The pool user has a row that is not linked. */
  unheard_of: 'link',
  /** The pool user waits for a reset that the row does not record. */
  reset_unheard_of: 'record_reset',
  /** The pool user has no row. */
  missing_here: 'insert_row',
  /** The row of the pool user was erased. */
  erased_here: null,
  /** The row with this address is linked to another pool user. */
  linked_elsewhere: null,
  /** An unconfirmed sign-up in the pool has the address of a legacy user, who cannot migrate therefore. */
  squatter: 'delete_in_pool',
  /** A pool user that can sign in has, unverified, the address of a row. */
  unverified: null,
  /** Disabled in the pool and not migrated: the legacy password is refused. */
  blocked_in_pool: null,
  /** Disabled in the table and not migrated; enabled in the pool. */
  disabled_before_move: null,
  /** Not migrated; the pool user has a temporary password, so the legacy password is refused. */
  invited_in_pool: null,
  /** Linked; the pool's verified address belongs to another row. */
  email_taken_here: null,
  /** Linked; the pool has another address, which is verified. */
  email_changed_in_pool: 'take_email_from_pool',
  /** Linked; the pool has another address, which is not verified: the table's address counts. */
  email_changed_here: 'give_email_to_pool',
  /** Linked; disabled in the table only. */
  disabled_here: 'disable_in_pool',
  /** Linked; disabled in the pool only. */
  disabled_in_pool: 'disable_here',
  /** Live rows that share an address, in one spelling or in several. */
  duplicate_here: null,
  /** Pool users whose addresses differ by case only. */
  duplicate_in_pool: null,
} as const;

export type DiscrepancyKind = keyof typeof repairs;
export type RepairAction = NonNullable<(typeof repairs)[DiscrepancyKind]>;

export interface Discrepancy {
  kind: DiscrepancyKind;
  /** ID of the row. */
  id: UserId | null;
  /** The row's address; the pool user's if there is no row. */
  email: string | null;
  sub: string | null;
  username: string | null;
  /** The pool user's address, if it differs. */
  poolEmail: string | null;
}

/** The side whose address wins if both sides have a confirmed one. */
export type EmailFrom = 'pool' | 'table';

/** @returns the repair of a discrepancy; `null` if an operator has to decide */
export function repairFor(kind: DiscrepancyKind, emailFrom: EmailFrom): RepairAction | null {
  if (kind === 'email_changed_in_pool' && emailFrom === 'table') return 'give_email_to_pool';
  return repairs[kind];
}
