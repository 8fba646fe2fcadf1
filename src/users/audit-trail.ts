import { Injectable } from '@nestjs/common';
import { type AuditEntry, AuditRepository } from './persistence/audit.repository.js';
import type { User } from './user.js';

/** Who did it. */
export type Actor = Pick<User, 'id'> | 'operator' | 'usher';

export type AuditedAction =
  | 'disable'
  | 'enable'
  | 'set-roles'
  | 'end-sessions'
  | 'request-erasure'
  | 'finish-erasure'
  | 'update-profile'
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
    const who =
      typeof actor === 'string' ? { actor, actorId: null } : { actor: 'user' as const, actorId: actor.id };
    await this.entries.insert({ ...who, action, userId, details });
  }

  /** Newest first. @param before an entry's `id` @param userId whose; otherwise everybody's */
  find(before: number, count: number, userId: number | undefined): Promise<AuditEntry[]> {
    return this.entries.find(before, count, userId);
  }
}
