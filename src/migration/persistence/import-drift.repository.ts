import type { UserId } from '#contracts';
import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../../common/database/database.js';
import { AuditLog } from '../../users/audit-log.js';
import { hashCounts, isImport, isNotSignedIn, tableDiffers } from '../../users/imported-users.sql.js';
import { isShared } from './imports.repository.js';
import { UserLinksRepository } from '../../users/user-links.repository.js';

/** An imported user whose hash has changed at the source, and who has not signed in. */
export interface ChangedUser {
  [column: string]: unknown;
  userId: UserId;
  legacyId: string;
  email: string;
  /** Of the pool user that the import made. */
  sub: string;
  /** Blocked by the source, or disabled at Usher. */
  disabled: boolean;
  /** Another live row has the address. */
  shared: boolean;
}

/** For statements that read all imported users. */
const patienceMs = 600_000;

const adopted = '(SELECT adopted_users_table FROM usher.installation)';

/** Imported users that one statement compares: less than a second. */
const pageSize = 20_000;

/** The hashes of an adopted table are at hand; those of a read-only source are compared when it is read. $1: where the page begins */
const compareTable: Statement = {
  name: 'import-drift-compare-table',
  patienceMs,
  text: `
    WITH page AS (
      SELECT user_id FROM usher.imports
      WHERE user_id > coalesce($1::{id_type}, '{first_id}'::{id_type}) AND ${adopted} ORDER BY user_id LIMIT ${pageSize}
    ), compared AS (
      UPDATE usher.imports SET changed_at = CASE WHEN read.differs THEN now() END, reason = NULL
      FROM (
        SELECT users.id, ${tableDiffers} AS differs
        FROM page JOIN usher.imports USING (user_id) JOIN users ON ${hashCounts}) AS read
      WHERE imports.user_id = read.id AND read.differs <> (imports.changed_at IS NOT NULL))
    SELECT count(*)::int AS rows, (array_agg(user_id ORDER BY user_id DESC))[1] AS last FROM page`,
};

const count: Statement = {
  name: 'import-drift-count',
  patienceMs,
  text: `
    SELECT count(*) FILTER (WHERE imports.reset_at IS NULL)::int AS changed, count(imports.reset_at)::int AS reset
    FROM usher.imports JOIN users ON ${isImport} AND ${isNotSignedIn} AND users.usher_hash_erased_at IS NULL
    WHERE imports.changed_at IS NOT NULL`,
};

const legacyId = `CASE WHEN ${adopted} THEN users.id::text ELSE users.usher_legacy_id END`;

/** $1: ids of the source */
const find = (name: string, match: string): Statement => ({
  name: `import-drift-find-${name}`,
  patienceMs,
  text: `
    SELECT users.id AS "userId", ${legacyId} AS "legacyId", users.email, imports.sub,
      users.usher_disabled_at IS NOT NULL OR usher.is_blocked(users.*) AS disabled,
      ${isShared} AS shared
    FROM users JOIN usher.imports ON ${hashCounts} AND imports.changed_at IS NOT NULL
    WHERE ${match} ORDER BY users.id`,
});
const finds = {
  table: find('rows', 'users.id = ANY ($1::text[]::{id_type}[])'),
  copies: find('copies', 'users.usher_legacy_id = ANY ($1::text[])'),
};

/** Locks the row: a sign-in that links it again comes before or after. */
const lockChanged: Statement = {
  name: 'import-drift-lock-changed',
  text: `
    SELECT users.id FROM users JOIN usher.imports ON ${hashCounts} AND imports.changed_at IS NOT NULL
    WHERE users.id = $1 AND imports.sub = $2 AND users.usher_disabled_at IS NULL AND NOT usher.is_blocked(users.*)
    FOR UPDATE OF users, imports`,
};

const setState: Statement = {
  name: 'import-drift-set-state',
  text: 'UPDATE usher.imports SET state = $2 WHERE user_id = $1',
};

/** They are linked again by `ImportLinker`, as if their job had just ended. */
const restore: Statement = {
  name: 'import-drift-restore',
  text: `UPDATE usher.imports SET state = 'import_sent', sub = NULL WHERE user_id = $1 AND state = 'reimporting'`,
};

const findUnfinished: Statement = {
  name: 'import-drift-find-unfinished',
  text: `SELECT user_id AS "userId", sub FROM usher.imports WHERE state = 'reimporting' ORDER BY user_id`,
};

const findLink: Statement = {
  name: 'import-drift-find-link',
  text: 'SELECT id FROM users WHERE id = $1 AND cognito_sub = $2 FOR UPDATE',
};

const findUnlinked: Statement = {
  name: 'import-drift-find-unlinked',
  text: 'SELECT 1 FROM users WHERE id = $1 AND cognito_sub IS NULL AND usher_erased_at IS NULL',
};

const forget: Statement = {
  name: 'import-drift-forget',
  text: `DELETE FROM usher.imports WHERE user_id = $1 AND state = 'reimporting'`,
};

const recordRefusal: Statement = {
  name: 'import-drift-record-refusal',
  text: `
    UPDATE usher.imports SET reason = $2, reset_at = CASE WHEN $3 THEN now() END
    WHERE user_id = $1 AND state IN ('imported', 'import_sent') AND changed_at IS NOT NULL`,
};

/** What has changed at the source since an import and before the first sign-in. */
@Injectable()
export class ImportDrift {
  constructor(
    private readonly database: Database,
    private readonly links: UserLinksRepository,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Compares the hashes of an adopted table with the imported ones.
   * @param isStopped asked after each page
   */
  async compareTable(isStopped = () => false): Promise<void> {
    let after: UserId | null = null;
    do {
      const page: { rows: number; last: UserId | null } | undefined = await this.database.queryOne<{
        rows: number;
        last: UserId | null;
      }>(compareTable, [after]);
      after = page?.rows === pageSize ? page.last : null;
    } while (after !== null && !isStopped());
  }

  /** @returns numbers of users who have not signed in: with a changed hash, and of those whose pool user was reset because of it */
  async count(): Promise<{ changed: number; reset: number }> {
    return (
      (await this.database.queryOne<{ changed: number; reset: number }>(count)) ?? { changed: 0, reset: 0 }
    );
  }

  /** @param legacyIds ids of the source @returns those of changed users, without users who were reset */
  find(legacyIds: readonly string[], mode: 'table' | 'copies'): Promise<ChangedUser[]> {
    return this.database.query<ChangedUser>(finds[mode], [legacyIds]);
  }

  /**
   * Removes the link and records that the pool user is to be deleted. From here on the user migrates at a sign-in if the pool user is
   * gone.
   * @returns `false` if the user has signed in, or was blocked, meanwhile: nothing was changed
   */
  unlink({ userId, sub }: Pick<ChangedUser, 'userId' | 'sub'>): Promise<boolean> {
    return this.database.transaction(async () => {
      if ((await this.database.query(lockChanged, [userId, sub])).length === 0) return false;
      await this.database.query(setState, [userId, 'reimporting']);
      await this.links.relink(userId, null);
      await this.audit.record('operator', 'reopen-migration', { id: userId }, { before: sub });
      return true;
    });
  }

  /** After the pool user was deleted: the user can be in the next file. Removes a link that a sign-in made in between. */
  async forget({ userId, sub }: Pick<ChangedUser, 'userId' | 'sub'>): Promise<void> {
    await this.database.transaction(async () => {
      if ((await this.database.query(findLink, [userId, sub])).length > 0)
        await this.links.relink(userId, null);
      await this.database.query(forget, [userId]);
    });
  }

  /** Whether no sign-in has linked the row since `unlink`. */
  async isUnlinked({ userId }: Pick<ChangedUser, 'userId'>): Promise<boolean> {
    return (await this.database.query(findUnlinked, [userId])).length > 0;
  }

  /** The pool user stays: `ImportLinker` links the row again. */
  async restore(userId: UserId): Promise<void> {
    await this.database.query(restore, [userId]);
  }

  /** Users between `unlink` and `forget`, of a run that was killed. */
  findUnfinished(): Promise<Pick<ChangedUser, 'userId' | 'sub'>[]> {
    return this.database.query<Pick<ChangedUser, 'userId' | 'sub'>>(findUnfinished);
  }

  /** @param wasReset the pool user was reset, so that the hash of the source does not count any more */
  async recordRefusal(userId: UserId, reason: string, wasReset: boolean): Promise<void> {
    await this.database.query(recordRefusal, [userId, reason, wasReset]);
  }
}
