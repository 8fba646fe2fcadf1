import { emailSpellings, type UserId } from '#contracts';
import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../common/database/database.js';
import { emailDigest, isSpelling } from '../common/database/email-expression.js';
import { format, isBlank, isOwnHashBlank } from '../common/database/migration-counts.sql.js';
import { deleteSignUpData, revokeEmailChanges } from './revoke-confirmations.js';
import {
  columnsOfAddress,
  hasHash,
  isDigestOf,
  isLive,
  isTaken,
  nowForRails,
  onlyLiveRow,
  rowToLink,
  userColumns,
} from './user-lookup.sql.js';
import { type LegacyAccount, type LocalUser, toLocalUser } from './user.js';
import { deleteSignUpDataOf, insertedColumns, insertedValues } from './users.sql.js';

export interface Link {
  sub: string;
  userPoolId: string;
  /** `undefined`: an adopted table keeps it, a table of ours does not. */
  legacyHash: 'keep' | 'erase' | undefined;
}

export interface Linked {
  user: LocalUser;
  /** Of a user whom this link makes `migrated`: the beginning of the legacy hash, such as `$2a$11$`, or `none` without a hash. */
  legacyHashPrefix: string | undefined;
}

/** Each sign-in of a user who is not linked runs it; chooses among the rows of an address. */
export const findToLink: Statement = {
  name: 'users-find-to-link',
  text: `SELECT ${columnsOfAddress} FROM ${rowToLink('$1')} AS found`,
};

/**
 * `hashRetained`: an operator linked the row, and its legacy hash has not been treated as `LEGACY_HASH` says. `justImported`: the row was
 * imported with its hash, and this is the first sign-in.
 */
const findSignedIn: Statement = {
  name: 'users-find-signed-in',
  text: `
    SELECT ${userColumns}, usher_migration_reason IS NOT DISTINCT FROM 'reconciled' AND NOT (${isOwnHashBlank}) AS "hashRetained",
      usher_migration_state IS NOT DISTINCT FROM 'imported' AND usher_migration_reason IS NOT DISTINCT FROM 'hash_import' AS "justImported"
    FROM users WHERE cognito_sub = $1`,
};

const erasesHash = (legacyHash: string) => `(${legacyHash}::text = 'erase'
  OR (${legacyHash}::text IS NULL AND NOT (SELECT adopted_users_table FROM usher.installation)))`;

/** Depends on whether the table was adopted, which the row of `usher.installation` says. */
const settleHash: Statement = {
  name: 'users-settle-hash',
  text: `UPDATE users SET {updated_at: updated_at = ${nowForRails},} encrypted_password = '' WHERE id = $1 AND ${erasesHash('$2')}`,
};

/** The legacy password of an imported user proved right. */
const completeImport: Statement = {
  name: 'users-complete-import',
  text: `
    UPDATE users SET usher_migration_state = 'migrated', usher_migration_at = now(), {updated_at: updated_at = ${nowForRails},}
      encrypted_password = CASE WHEN ${erasesHash('$2')} THEN '' ELSE encrypted_password END
    FROM (
      SELECT id AS id_before, CASE WHEN ${isBlank} THEN 'none' ELSE ${format} END AS format_before FROM users WHERE id = $1
    ) AS before
    WHERE id = id_before AND usher_migration_state = 'imported' AND usher_migration_reason = 'hash_import'
    RETURNING format_before AS "legacyHashPrefix"`,
};

/**
 * No conflict target: in an adopted table any of several unique indexes may conflict, and none may cover the address alone.
 * $4: `emailSpellings`
 */
const insert: Statement = {
  name: 'users-insert',
  text: `
    INSERT INTO users (${insertedColumns} email, cognito_sub, cognito_linked_at, cognito_user_pool_id, usher_migration_state,
      usher_migration_reason, usher_migration_at, encrypted_password, {confirmed_at})
    SELECT ${insertedValues} $1::text, $2, now(), $3, 'imported', 'not_known_here', now(), '', ${nowForRails}
    WHERE NOT ${isTaken('$4')} AND {may_insert}
    ON CONFLICT DO NOTHING
    RETURNING ${userColumns}`,
};

/** `/aws/auth` has approved the password, or was called for a reset. */
const hasMigrated = `(usher_migration_reason IS DISTINCT FROM 'signed_up'
  AND (usher_agreed_at IS NOT NULL OR usher_migration_state IS NOT DISTINCT FROM 'reset_sent'))`;

/**
 * The pool user is that of an import with the hash. While the job runs, an approval since its start tells that Cognito did not have the
 * user yet.
 */
const isImport = `EXISTS (SELECT 1 FROM usher.imports JOIN usher.import_files ON import_files.id = imports.file_id
  WHERE imports.user_id = users.id AND (imports.sub = $2
    OR (imports.state = 'import_sent' AND coalesce(users.usher_agreed_at < import_files.started_at, true))))`;

/**
 * Cognito has verified the address, so its owner gets the row. An unconfirmed row loses hash, tokens and names, because another
 * person may have written them. `legacyHashPrefix` is the scheme and cost of a migrated user's hash, or `none`; it has no salt.
 */
const link: Statement = {
  name: 'users-link',
  text: `
    WITH linked AS (
    UPDATE users SET
      cognito_sub = $2,
      cognito_linked_at = now(),
      cognito_user_pool_id = $4,
      usher_agreed_email = coalesce(usher_agreed_email, ${emailDigest('email')}),
      usher_migration_state = CASE WHEN ${hasMigrated} OR ${isImport} THEN 'migrated' ELSE 'imported' END,
      usher_migration_reason = CASE WHEN ${isImport} THEN 'hash_import' WHEN ${hasMigrated} THEN NULL
        WHEN usher_migration_reason = 'signed_up' THEN 'signed_up' ELSE 'found_in_pool' END,
      usher_migration_at = now(),
      encrypted_password = CASE
        WHEN {confirmed_at} IS NULL OR ${erasesHash('$3')} THEN '' ELSE encrypted_password END,
      {first_name} = CASE WHEN {confirmed_at} IS NOT NULL THEN {first_name} END,
      {last_name} = CASE WHEN {confirmed_at} IS NOT NULL THEN {last_name} END,
      {reset_password_token: reset_password_token = CASE WHEN {confirmed_at} IS NOT NULL THEN reset_password_token END,}
      {confirmation_token: confirmation_token = CASE WHEN {confirmed_at} IS NOT NULL THEN confirmation_token END,}
      {unlock_token: unlock_token = CASE WHEN {confirmed_at} IS NOT NULL THEN unlock_token END,}
      {updated_at: updated_at = ${nowForRails},}
      {unconfirmed_email} = CASE WHEN {confirmed_at} IS NOT NULL THEN {unconfirmed_email} END,
      {confirmed_at} = coalesce({confirmed_at}, ${nowForRails})
    FROM (
      SELECT id AS id_before, CASE WHEN ${isBlank} THEN 'none' ELSE ${format} END AS format_before FROM users WHERE id = $1
    ) AS before
    WHERE id = id_before AND cognito_sub IS NULL
    RETURNING ${userColumns}, CASE WHEN usher_migration_state = 'migrated' THEN format_before END AS "legacyHashPrefix"
    ), obsolete AS (${deleteSignUpDataOf('(SELECT id FROM linked)')})
    SELECT * FROM linked`,
};

/** Also removes the approval, which belongs to the former pool user. */
const relink: Statement = {
  name: 'users-relink',
  text: `
    WITH former AS (SELECT id, cognito_sub FROM users WHERE id = $1 AND usher_erased_at IS NULL FOR UPDATE)
    UPDATE users SET cognito_sub = $2::text, cognito_linked_at = CASE WHEN $2::text IS NOT NULL THEN now() END,
      cognito_user_pool_id = NULL, usher_agreed_at = NULL, usher_agreed_email = NULL, {updated_at: updated_at = ${nowForRails},}
      usher_migration_state = CASE WHEN $2::text IS NOT NULL THEN 'imported' END,
      usher_migration_reason = CASE WHEN $2::text IS NOT NULL THEN 'relinked' ELSE 'reopened' END,
      usher_migration_at = now()
    FROM former WHERE users.id = former.id
    RETURNING former.cognito_sub AS before`,
};

/** One statement for all rows, with their audit entries. */
const unlinkAll: Statement = {
  name: 'users-unlink-all',
  patienceMs: 600_000,
  text: `
    WITH linked AS (
      SELECT id, cognito_sub FROM users WHERE cognito_sub IS NOT NULL AND usher_erased_at IS NULL
    ), unlinked AS (
      UPDATE users SET cognito_sub = NULL, cognito_linked_at = NULL, cognito_user_pool_id = NULL, usher_agreed_at = NULL,
        usher_agreed_email = NULL, usher_migration_state = NULL, usher_migration_reason = 'reopened',
        {updated_at: updated_at = ${nowForRails},} usher_migration_at = now()
      FROM linked
      WHERE users.id = linked.id AND users.cognito_sub = linked.cognito_sub AND usher_erased_at IS NULL
      RETURNING users.id, linked.cognito_sub AS before
    ), audited AS (
      INSERT INTO usher.audit (actor, action, user_id, details)
      SELECT 'operator', 'relink', id, jsonb_build_object('before', before, 'after', NULL) FROM unlinked
    ) SELECT count(*) AS count FROM unlinked`,
};

/** Reads the whole table. */
const countLinked: Statement = {
  name: 'users-count-linked',
  patienceMs: 600_000,
  text: `SELECT count(*) AS count FROM users WHERE cognito_sub IS NOT NULL AND usher_erased_at IS NULL`,
};

/** Does nothing if the row has changed since its hash was checked. $2: `emailSpellings`, $3: the hash, $4: its digest */
const markApproved: Statement = {
  name: 'users-record-agreement',
  text: `
    UPDATE users SET usher_agreed_at = now(), usher_agreed_email = ${emailDigest('email')}
    WHERE id = $1 AND ${isLive} AND usher_disabled_at IS NULL AND ${isSpelling('email', '$2')}
      AND ${hasHash('$3', '$4')}
    RETURNING id`,
};

/**
 * After a proof of the mailbox. Removes the approvals of other rows with the address, and the links of rows that are not live, so
 * that the next sign-in links the only live row. Changes nothing unless the address has one live row without a link.
 * $1: `emailSpellings`, $2: the `sub` of the pool user, if known
 */
export const recordMailboxProof: Statement = {
  name: 'users-record-mailbox-proof',
  text: `
    WITH live AS (SELECT id FROM ${onlyLiveRow('$1')} AS found WHERE cognito_sub IS NULL),
    deleted AS (
      DELETE FROM usher.deleted_agreements
      WHERE ${isDigestOf('email_digest', '$1')} AND EXISTS (SELECT 1 FROM live) RETURNING 1)
    UPDATE users SET usher_agreed_at = NULL, usher_agreed_email = NULL,
      cognito_sub = CASE WHEN ${isLive} THEN cognito_sub END,
      cognito_linked_at = CASE WHEN ${isLive} THEN cognito_linked_at END,
      cognito_user_pool_id = CASE WHEN ${isLive} THEN cognito_user_pool_id END,
      usher_migration_state = CASE WHEN ${isLive} THEN usher_migration_state END,
      {updated_at: updated_at = ${nowForRails},}
      usher_migration_reason = CASE WHEN cognito_sub IS NULL OR ${isLive} THEN usher_migration_reason ELSE 'reopened' END
    FROM live
    WHERE users.id <> live.id AND usher_erased_at IS NULL AND (usher_agreed_at IS NOT NULL OR cognito_sub IS NOT NULL)
      AND (${isDigestOf('usher_agreed_email', '$1')}
        OR (NOT (${isLive}) AND (${isSpelling('email', '$1')} OR cognito_sub = $2)))`,
};

/**
 * Links between rows and pool users, and the approvals of `/aws/auth` that precede them: one statement each, because sign-ins, resets
 * and the old application change the same rows at the same time.
 */
@Injectable()
export class UserLinksRepository {
  constructor(private readonly database: Database) {}

  /** @param legacyHash is applied at the first sign-in of a user whose row an operator or an import has linked */
  async findSignedIn(sub: string, legacyHash: Link['legacyHash']): Promise<Linked | undefined> {
    const row = await this.database.queryOne<LocalUser & { hashRetained: boolean; justImported: boolean }>(
      findSignedIn,
      [sub],
    );
    if (row === undefined) return undefined;
    const user = toLocalUser(row);
    if (row.hashRetained) await this.database.query(settleHash, [row.id, legacyHash]);
    if (!row.justImported || row.disabled) return { user, legacyHashPrefix: undefined };
    const values = [row.id, legacyHash];
    const completed = await this.database.queryOne<{ legacyHashPrefix: string }>(completeImport, values);
    return { user, legacyHashPrefix: completed?.legacyHashPrefix };
  }

  /** @returns the row to link to a pool user with this verified address */
  findToLink(email: string): Promise<LocalUser | undefined> {
    return this.database.queryOne<LocalUser>(findToLink, [emailSpellings(email)]);
  }

  /** @returns the new row; `undefined` when a row has the address or the `sub` already, or when Usher cannot insert rows */
  insert(email: string, sub: string, userPoolId: string): Promise<LocalUser | undefined> {
    return this.database.queryOne<LocalUser>(insert, [email, sub, userPoolId, emailSpellings(email)]);
  }

  /** @returns the row; `undefined` when it was linked in the meantime */
  async link(id: UserId, { sub, userPoolId, legacyHash }: Link): Promise<Linked | undefined> {
    const values = [id, sub, legacyHash, userPoolId];
    const row = await this.database.queryOne<LocalUser & { legacyHashPrefix: string | null }>(link, values);
    return row && { user: toLocalUser(row), legacyHashPrefix: row.legacyHashPrefix ?? undefined };
  }

  /**
   * To be called in a transaction. Also revokes pending e-mail changes; with a link, deletes the passwords of sign-ups.
   * @param sub `null` removes the link
   * @returns the link before; `undefined` when the user was deleted
   */
  async relink(id: UserId, sub: string | null): Promise<{ before: string | null } | undefined> {
    const relinked = await this.database.queryOne<{ before: string | null }>(relink, [id, sub]);
    if (relinked === undefined) return undefined;
    await revokeEmailChanges(this.database, { id });
    if (sub !== null) await deleteSignUpData(this.database, { id });
    return relinked;
  }

  /** Also writes the audit entries. */
  async unlinkAll(): Promise<number> {
    return (await this.database.queryOne<{ count: number }>(unlinkAll))?.count ?? 0;
  }

  async countLinked(): Promise<number> {
    return (await this.database.queryOne<{ count: number }>(countLinked))?.count ?? 0;
  }

  /**
   * Records that `/aws/auth` approves a migration. Cognito creates the user within seconds.
   * @returns `false` when the row has changed since its hash was checked
   */
  async markApproved({ user, passwordHash, hashDigest }: LegacyAccount): Promise<boolean> {
    const values = [user.id, emailSpellings(user.email), passwordHash, hashDigest];
    return (await this.database.query(markApproved, values)).length > 0;
  }

  /**
   * To be called after a reset has proved the mailbox: approvals of blocked or deleted rows of the address no longer prevent
   * a link of its only live row.
   */
  async recordMailboxProof(email: string, sub: string | null): Promise<void> {
    await this.database.query(recordMailboxProof, [emailSpellings(email), sub]);
  }
}
