import { Injectable } from '@nestjs/common';
import { type AuditEntry, AuditRepository } from './persistence/audit.repository.js';
import type { User } from './user.js';

/** Who did it. `mailed-link`: a reader of the mailbox, who need not own the account. */
export type Actor = Pick<User, 'id'> | 'operator' | 'usher' | 'mailed-link';

export type AuditedAction =
  | 'disable'
  | 'enable'
  | 'set-roles'
  | 'end-sessions'
  | 'request-erasure'
  | 'finish-erasure'
  | 'update-profile'
  | 'request-email-change'
  | 'cancel-email-change'
  | 'change-email'
  | 'change-password'
  | 'reopen-migration'
  | 'reconcile'
  | 'reset-password';

/**
 * Who did what to whom. An entry written inside a transaction stands or falls with what it tells of. Details hold neither
 * addresses nor names: they outlive the person's erasure.
 */
@Injectable()
export class AuditTrail {
  constructor(private readonly entries: AuditRepository) {}

  async record(
    actor: Actor,
    action: AuditedAction,
    { id: userId }: Pick<User, 'id'>,
    details: Record<string, unknown> = {},
  ): Promise<void> {
    await this.entries.insert({ action, userId, details, ...recorded(actor, details) });
  }

  /** Newest first. @param before an entry's `id` @param userId whose; otherwise everybody's */
  find(before: number, count: number, userId: number | undefined): Promise<AuditEntry[]> {
    return this.entries.find(before, count, userId);
  }
}

type Recorded = Pick<AuditEntry, 'actor' | 'actorId'> & Partial<Pick<AuditEntry, 'details'>>;

function recorded(actor: Actor, details: Record<string, unknown>): Recorded {
  if (actor === 'mailed-link')
    return { actor: 'user', actorId: null, details: { ...details, by: 'mailed_link' } };
  return typeof actor === 'string' ? { actor, actorId: null } : { actor: 'user', actorId: actor.id };
}
