import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../../common/database/database.js';
import type { Language } from '../../i18n/languages.js';

/** A password change to be sent to Cognito. */
export interface NewPasswordChange {
  kind: 'reset' | 'change';
  /** Cognito user name, or normalised address, that identifies the pool user. */
  username: string;
  /** Address of the pool user; `username` if the pool user is unknown. */
  email: string;
  sub: string | null;
  /** The caller's token family, which is not revoked. */
  keep: string | null;
  /** `auth_time` of the caller's session (seconds since 1970). */
  authTime: number | null;
  language: Language;
  /** At a reset: also remove the second factors, if an administrator has allowed it. */
  removeMfa: boolean;
  /** State of the pool user before the change; `null` if unknown. */
  poolStatus: string | null;
  poolModifiedAt: Date | null;
}

export interface PasswordChange extends NewPasswordChange {
  id: string;
  /** By PostgreSQL's clock, before the command was sent. */
  createdAt: Date;
}

/** A change leased to this process. */
export interface LeasedPasswordChange extends PasswordChange {
  /** Completed in the database; sessions of other products may still have to be revoked at Cognito. */
  completed: boolean;
  /** Seconds since Cognito accepted the password; `null` if its response is unknown. */
  acceptedSecondsAgo: number | null;
  /** Attempts, including this one. */
  tries: number;
}

const columns = `
  id, kind, username, email, sub, kept_family AS keep, authenticated_at::float8 AS "authTime", language,
  pool_status AS "poolStatus", pool_modified_at AS "poolModifiedAt", completed_at IS NOT NULL AS completed, tries,
  remove_mfa AS "removeMfa",
  extract(epoch FROM now() - accepted_at)::float8 AS "acceptedSecondsAgo",
  created_at AS "createdAt"`;

/** The lease of 1 minute is longer than the longest timeout for Cognito: no other process takes a change in flight. */
const insert: Statement = {
  name: 'password-changes-insert',
  text: `
    INSERT INTO usher.password_changes (id, kind, username, email, sub, kept_family, authenticated_at, language,
      pool_status, pool_modified_at, remove_mfa, next_try_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now() + interval '1 minute')
    RETURNING created_at AS "createdAt"`,
};

const remove: Statement = {
  name: 'password-changes-remove',
  text: `DELETE FROM usher.password_changes WHERE id = $1`,
};

const accept: Statement = {
  name: 'password-changes-accept',
  text: `UPDATE usher.password_changes SET accepted_at = now() - make_interval(secs => $2) WHERE id = $1`,
};

/** A concurrent completion waits for the row lock, then matches no row. An open sign-out at Cognito is due in 5 s. */
const complete: Statement = {
  name: 'password-changes-complete',
  text: `
    UPDATE usher.password_changes SET completed_at = now(), next_try_at = now() + interval '5 seconds', sub = $2
    WHERE id = $1 AND completed_at IS NULL
    RETURNING id`,
};

/** The completed change supersedes the user's earlier attempts that are not completed. */
const removeEarlier: Statement = {
  name: 'password-changes-remove-earlier',
  text: `
    DELETE FROM usher.password_changes AS earlier USING usher.password_changes AS done
    WHERE done.id = $1 AND earlier.completed_at IS NULL AND earlier.created_at < done.created_at
      AND (earlier.sub = done.sub OR (earlier.sub IS NULL AND earlier.username = done.username))`,
};

/** Back-off after a failure or crash: 1 minute, doubling up to 1 hour. */
const lease: Statement = {
  name: 'password-changes-take',
  text: `
    WITH due AS (
      SELECT id AS due_id FROM usher.password_changes WHERE next_try_at <= now()
      ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE usher.password_changes
    SET tries = tries + 1, next_try_at = now() + interval '1 minute' * least(60, 2 ^ least(tries, 6))
    FROM due WHERE id = due_id
    RETURNING ${columns}`,
};

/** Password changes that are not finished. */
@Injectable()
export class PasswordChangesRepository {
  constructor(private readonly database: Database) {}

  transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.database.transaction(work);
  }

  /** Inserts a change, leased to this process for 1 minute. @returns the stored change */
  async insert(change: NewPasswordChange): Promise<PasswordChange> {
    const id = randomUUID();
    const { kind, username, email, sub, keep, authTime, language } = change;
    const before = [change.poolStatus, change.poolModifiedAt];
    const row = await this.database.queryOne<{ createdAt: Date }>(insert, [
      ...[id, kind, username, email, sub, keep, authTime, language],
      ...before,
      change.removeMfa,
    ]);
    if (row === undefined) throw new TypeError('INSERT with RETURNING returned no row');
    return { ...change, id, ...row };
  }

  /** Records that Cognito accepted the password. */
  async accept(id: string, secondsAgo: number): Promise<void> {
    await this.database.query(accept, [id, secondsAgo]);
  }

  async remove(id: string): Promise<void> {
    await this.database.query(remove, [id]);
  }

  /** Marks a change as completed. @returns false if it was completed or deleted before */
  async complete(id: string, sub: string | null): Promise<boolean> {
    return (await this.database.query(complete, [id, sub])).length > 0;
  }

  async removeEarlier(id: string): Promise<void> {
    await this.database.query(removeEarlier, [id]);
  }

  /** Leases a due change for at least 1 minute. @returns `undefined` if none is due */
  lease(): Promise<LeasedPasswordChange | undefined> {
    return this.database.queryOne<LeasedPasswordChange & { [column: string]: unknown }>(lease);
  }
}
