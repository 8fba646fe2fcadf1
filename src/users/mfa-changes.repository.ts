import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../common/database/database.js';
import type { Language } from '../i18n/languages.js';
import type { AuditedAction } from './audit-log.js';

export type MfaAction = Extract<
  AuditedAction,
  'enable-totp' | 'replace-totp' | 'disable-totp' | 'remove-mfa'
>;

/** A change of second factors to be sent to Cognito. */
export interface NewMfaChange {
  action: MfaAction;
  /** `id` of the user whose factors change. */
  userId: number;
  /** `id` of the user who changes them. */
  actorId: number;
  /** The caller's token family, which is not revoked. */
  keep: string | null;
  /** `auth_time` of the caller's session (seconds since 1970). */
  authTime: number | null;
  language: Language;
  /** Details of the audit entry. */
  details: Record<string, unknown>;
}

export interface MfaChange extends NewMfaChange {
  id: string;
  /** By PostgreSQL's clock, before the command was sent. */
  createdAt: Date;
  /** Attempts by the job, including this one. */
  tries: number;
}

type Row = MfaChange & { [column: string]: unknown };

const columns = `
  id, action, user_id AS "userId", actor_id AS "actorId", kept_family AS keep, authenticated_at::float8 AS "authTime",
  language, details, created_at AS "createdAt", tries`;

/** The lease of 1 minute is longer than the longest timeout for Cognito: no other process takes a change in flight. */
const insert: Statement = {
  name: 'mfa-changes-insert',
  text: `
    INSERT INTO usher.mfa_changes (id, action, user_id, actor_id, kept_family, authenticated_at, language, details,
      next_try_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp() + interval '1 minute')
    RETURNING ${columns}`,
};

/** A concurrent completion waits for the row lock, then matches no row. */
const remove: Statement = {
  name: 'mfa-changes-remove',
  text: `DELETE FROM usher.mfa_changes WHERE id = $1 RETURNING id`,
};

/** Newest first. */
const findRemovals: Statement = {
  name: 'mfa-changes-find-removals',
  text: `
    SELECT ${columns} FROM usher.mfa_changes WHERE user_id = $1 AND action = 'remove-mfa'
    ORDER BY created_at DESC`,
};

const removeRemovals: Statement = {
  name: 'mfa-changes-remove-removals',
  text: `DELETE FROM usher.mfa_changes WHERE user_id = $1 AND action = 'remove-mfa' AND created_at <= $2`,
};

/** Back-off after a failure or crash: 1 minute, doubling up to 1 hour. */
const take: Statement = {
  name: 'mfa-changes-take',
  text: `
    WITH due AS (
      SELECT id AS due_id FROM usher.mfa_changes WHERE next_try_at <= now()
      ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE usher.mfa_changes
    SET tries = tries + 1, next_try_at = now() + interval '1 minute' * least(60, 2 ^ least(tries, 6))
    FROM due WHERE id = due_id
    RETURNING ${columns}`,
};

/** Also deletes permissions that have expired. */
const allowRemoval: Statement = {
  name: 'mfa-removals-allow',
  text: `
    WITH expired AS (DELETE FROM usher.mfa_removals WHERE expires_at < now() AND user_id <> $1)
    INSERT INTO usher.mfa_removals (user_id, allowed_by, expires_at) VALUES ($1, $2, now() + interval '24 hours')
    ON CONFLICT (user_id) DO UPDATE SET allowed_by = excluded.allowed_by, expires_at = excluded.expires_at`,
};

const useRemoval: Statement = {
  name: 'mfa-removals-use',
  text: `
    DELETE FROM usher.mfa_removals WHERE user_id = $1
    RETURNING allowed_by AS "allowedBy", expires_at > now() AS valid`,
};

/** Changes of second factors that are not finished, and permissions to remove factors at a reset. */
@Injectable()
export class MfaChangesRepository {
  constructor(private readonly database: Database) {}

  transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.database.transaction(work);
  }

  /** Inserts a change, leased to this process for 1 minute. @returns the stored change */
  async insert(change: NewMfaChange): Promise<MfaChange> {
    const { action, userId, actorId, keep, authTime, language, details } = change;
    const values = [randomUUID(), action, userId, actorId, keep, authTime, language, details];
    const row = await this.database.queryOne<Row>(insert, values);
    if (row === undefined) throw new TypeError('INSERT with RETURNING returned no row');
    return row;
  }

  /** @returns false if it was completed or dropped before */
  async remove(id: string): Promise<boolean> {
    return (await this.database.query(remove, [id])).length > 0;
  }

  /** @returns the user's unfinished removals, newest first */
  findRemovals(userId: number): Promise<MfaChange[]> {
    return this.database.query<Row>(findRemovals, [userId]);
  }

  /** Deletes the unfinished removals that are not newer than this one. */
  async removeEarlierRemovals({ userId, createdAt }: MfaChange): Promise<void> {
    await this.database.query(removeRemovals, [userId, createdAt]);
  }

  /** Leases a due change for at least 1 minute. @returns `undefined` if none is due */
  take(): Promise<MfaChange | undefined> {
    return this.database.queryOne<Row>(take);
  }

  async allowRemoval(userId: number, adminId: number): Promise<void> {
    await this.database.query(allowRemoval, [userId, adminId]);
  }

  /** Deletes the permission. @returns `id` of the administrator who gave it; `undefined` if there was none or it has expired */
  async useRemoval(userId: number): Promise<number | undefined> {
    const row = await this.database.queryOne<{ allowedBy: number; valid: boolean }>(useRemoval, [userId]);
    return row?.valid ? row.allowedBy : undefined;
  }
}
