import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../common/database/database.js';
import { requestContext } from '../common/http/request-context.js';
import type { User } from './user.js';

/** `mailed-link`: a reader of the mailbox, not necessarily the owner of the account. */
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

export interface AuditEntry {
  id: number;
  at: Date;
  actor: 'user' | 'operator' | 'usher';
  actorId: number | null;
  action: string;
  userId: number;
  details: Record<string, unknown>;
  /** ID of the HTTP request that caused the entry. */
  requestId: string | null;
  /** The caller's IP address. */
  address: string | null;
}

const insert: Statement = {
  name: 'audit-insert',
  text: `INSERT INTO usher.audit (actor, actor_id, action, user_id, details, request_id, address)
    VALUES ($1, $2, $3, $4, $5, $6, $7)`,
};

const columns = `id, at, actor, actor_id AS "actorId", action, user_id AS "userId", details,
  request_id AS "requestId", host(address) AS address`;

// Two statements: with one, the planner could scan the entries of all users to find those of one user.
const findAll: Statement = {
  name: 'audit-find-all',
  text: `SELECT ${columns} FROM usher.audit WHERE id < $1 ORDER BY id DESC LIMIT $2`,
};

const findOfUser: Statement = {
  name: 'audit-find-of-user',
  text: `SELECT ${columns} FROM usher.audit WHERE id < $1 AND user_id = $3 ORDER BY id DESC LIMIT $2`,
};

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
    { id: userId }: Pick<User, 'id'>,
    details: Record<string, unknown> = {},
  ): Promise<void> {
    const { id: requestId = null, address = null } = requestContext() ?? {};
    const { actor: kind, actorId, details: stored = details } = actorColumns(actor, details);
    await this.database.query(insert, [kind, actorId, action, userId, stored, requestId, address]);
  }

  /** @param before `id` of an entry @param userId `undefined`: all users @returns entries, newest first */
  find(before: number, count: number, userId: number | undefined): Promise<AuditEntry[]> {
    const page = [before, count];
    return userId === undefined
      ? this.database.query(findAll, page)
      : this.database.query(findOfUser, [...page, userId]);
  }
}

type ActorColumns = Pick<AuditEntry, 'actor' | 'actorId'> & Partial<Pick<AuditEntry, 'details'>>;

function actorColumns(actor: Actor, details: Record<string, unknown>): ActorColumns {
  if (actor === 'mailed-link')
    return { actor: 'user', actorId: null, details: { ...details, by: 'mailed_link' } };
  return typeof actor === 'string' ? { actor, actorId: null } : { actor: 'user', actorId: actor.id };
}
