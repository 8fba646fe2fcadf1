/** The states whose people can be invited: neither migrated nor imported. Of `skipped` only those without a password. */
export const invitableStates = ['legacy', 'failed', 'reset_sent', 'skipped'] as const;
export type InvitableState = (typeof invitableStates)[number];

/** Which people `usher migration invite` mails. */
export interface InviteSelection {
  states: readonly InvitableState[];
  /** Beginnings of format names, as in `usher migration status`. Empty: every format. */
  formats: readonly string[];
  /** `2026-08-31`: only people whose last sign-in is known and before this day (UTC). */
  inactiveSince: string | undefined;
}

/** Mails per minute. */
export const inviteRate = { lowest: 1, default: 60, highest: 6000 };
