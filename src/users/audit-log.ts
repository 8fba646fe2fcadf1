import type { UserId } from '#contracts';
import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { Database } from '../common/database/database.js';
import { requestContext } from '../common/http/request-context.js';
import { AuditEntry } from './audit-entry.entity.js';
import type { LocalUser } from './user.js';

/** `mailed-link`: a reader of the mailbox, not necessarily the owner of the account. */
export type Actor = Pick<LocalUser, 'id'> | 'operator' | 'usher' | 'mailed-link';

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
  | 'roll-back-email-change'
  | 'change-password'
  | 'relink'
  | 'reopen-migration'
  | 'reconcile'
  | 'reset-password'
  | 'sign-out-everywhere'
  | 'revoke-session'
  | 'detect-token-reuse'
  | 'enable-totp'
  | 'replace-totp'
  | 'disable-totp'
  | 'remove-mfa'
  | 'allow-mfa-removal';

/**
 * The audit log. Details hold neither e-mail addresses nor names, because entries outlive the deletion of a user. Jobs and
 * commands have no request ID and no IP address.
 */
@Injectable()
export class AuditLog {
  constructor(private readonly database: Database) {}

  /** Runs in the current transaction, if there is one. */
  async record(
    actor: Actor,
    action: AuditedAction,
    { id: userId }: Pick<LocalUser, 'id'>,
    details: Record<string, unknown> = {},
  ): Promise<void> {
    const { id: requestId = null, address = null } = requestContext() ?? {};
    const entry = { ...actorColumns(actor, details), action, userId, requestId, address };
    await this.database.with(AuditEntry, (entries) => entries.insert(entry));
  }

  /** @param before `id` of an entry @param userId `undefined`: all users @returns entries, newest first */
  find(before: number, count: number, userId: UserId | undefined): Promise<AuditEntry[]> {
    const where = { id: LessThan(before), ...(userId !== undefined && { userId }) };
    return this.database.with(AuditEntry, (entries) =>
      entries.find({ where, order: { id: 'DESC' }, take: count }),
    );
  }
}

type ActorColumns = Pick<AuditEntry, 'actor' | 'actorId'> & { details: object };

function actorColumns(actor: Actor, details: object): ActorColumns {
  if (actor === 'mailed-link')
    return { actor: 'user', actorId: null, details: { ...details, by: 'mailed_link' } };
  if (typeof actor === 'string') return { actor, actorId: null, details };
  return { actor: 'user', actorId: actor.id, details };
}
