/** What table and pool do not agree on, and what would make them agree again; `null`: somebody has to decide. */
export const findings = {
  /** The row's link leads to nobody in the pool. */
  missing_in_pool: 'unlink',
  /** Somebody in the pool has a row, and the row does not know it. */
  unheard_of: 'link',
  /** Somebody in the pool waits for a reset, and the row does not know it. */
  reset_unheard_of: 'record_reset',
  /** Somebody in the pool has no row. */
  missing_here: 'insert_row',
  /** Somebody in the pool was erased here. */
  erased_here: null,
  /** The row of the address is linked to somebody else in the pool. */
  linked_elsewhere: null,
  /** A sign-up at the pool that nobody confirmed holds the address of one of our people, who cannot move therefore. */
  squatter: 'delete_in_pool',
  /** Somebody who can sign in at the pool has, unverified, the address of one of our people. */
  unverified: null,
  /** Disabled in the pool before they moved, so the old password lets nobody in. */
  blocked_in_pool: null,
  /** Disabled here before they moved, and not in the pool. */
  disabled_before_move: null,
  /** Waits in the pool with a temporary password, so the old one lets nobody in. */
  invited_in_pool: null,
  /** Linked; the pool's verified address is that of another row. */
  email_taken_here: null,
  /** Linked; the pool's address is another one, and verified: it was proven there. */
  email_changed_in_pool: 'take_email_from_pool',
  /** Linked; the pool's address is another one, and not verified: ours counts. */
  email_changed_here: 'give_email_to_pool',
  /** Linked, and disabled in the table only. */
  disabled_here: 'disable_in_pool',
  /** Linked, and disabled in the pool only. */
  disabled_in_pool: 'disable_here',
  /** Live rows that share an address, in one spelling or by case. */
  duplicate_here: null,
  /** People of the pool whose addresses differ by case only. */
  duplicate_in_pool: null,
} as const;

export type FindingKind = keyof typeof findings;
export type Mend = NonNullable<(typeof findings)[FindingKind]>;

export interface Finding {
  kind: FindingKind;
  /** The row's. */
  id: number | null;
  /** The row's, or the pool's where there is no row. */
  email: string | null;
  /** Of the person in the pool. */
  sub: string | null;
  username: string | null;
  /** The pool's, where it is another one. */
  poolEmail: string | null;
}

/** Whose address counts where both sides have a confirmed one. */
export type EmailFrom = 'pool' | 'table';

/** What is to be done about it; `null`: somebody has to decide. */
export function mendOf(kind: FindingKind, emailFrom: EmailFrom): Mend | null {
  if (kind === 'email_changed_in_pool' && emailFrom === 'table') return 'give_email_to_pool';
  return findings[kind];
}
